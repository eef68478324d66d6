//! Values of a file as DynamoDB has them.

use aws_sdk_dynamodb::types::AttributeValue;
use toml::de::DeValue;

use crate::engine::number::{Decimal, MAX_DIGITS};

/// The value that is written there. Numbers never pass through a float.
///
/// # Errors
///
/// What is the matter with it.
pub(super) fn literal(value: &DeValue<'_>) -> Result<AttributeValue, String> {
    Ok(match value {
        DeValue::String(text) => AttributeValue::S(text.to_string()),
        DeValue::Boolean(is) => AttributeValue::Bool(*is),
        DeValue::Integer(number) if number.radix() == 10 => decimal(number.as_str())?,
        DeValue::Integer(number) => {
            let whole = i128::from_str_radix(number.as_str(), number.radix());
            let whole = whole.map_err(|_| "the number is too large; write it in decimal digits")?;
            decimal(&whole.to_string())?
        }
        DeValue::Float(number) => decimal(number.as_str())?,
        DeValue::Datetime(_) => {
            return Err(
                "a profile has no times of TOML; write the time as text, in quotes".to_owned()
            );
        }
        DeValue::Array(all) => {
            let all = all.iter().map(|one| literal(one.get_ref()));
            AttributeValue::L(all.collect::<Result<_, _>>()?)
        }
        DeValue::Table(all) => {
            let one = |(name, value): (&toml::Spanned<_>, &toml::Spanned<DeValue<'_>>)| {
                let name: &std::borrow::Cow<'_, str> = name.get_ref();
                Ok::<_, String>((name.to_string(), literal(value.get_ref())?))
            };
            AttributeValue::M(all.iter().map(one).collect::<Result<_, _>>()?)
        }
    })
}

fn decimal(text: &str) -> Result<AttributeValue, String> {
    let number = Decimal::parse(text).ok_or("DynamoDB has no such number")?;
    if number.significant_digits() > MAX_DIGITS {
        return Err(format!(
            "the number has more than the {MAX_DIGITS} digits that DynamoDB keeps"
        ));
    }
    Ok(AttributeValue::N(number.to_string()))
}
