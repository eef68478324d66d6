//! Prices and amounts, exact: in whole numbers, rounded once and when they are shown.

use std::fmt;
use std::iter::Sum;

use super::Units;

/// What a million units cost on demand, in millionths of a dollar, where they cost the same: region,
/// reading, writing. Tables of the class Standard, no replicas, before taxes. Half of what they were
/// before November 2024.
/// <https://aws.amazon.com/dynamodb/pricing/on-demand/>
const KNOWN: [(&str, u64, u64); 3] = [
    ("us-east-1", 125_000, 625_000),
    ("us-east-2", 125_000, 625_000),
    ("us-west-2", 125_000, 625_000),
];
/// Since when these are known to hold.
const AS_OF: &str = "2024-11";

/// Most decimals of a price.
const DECIMALS: usize = 6;
/// Amounts are kept in millionths of millionths of a dollar.
const DOLLAR: u128 = 1_000_000_000_000;
const CENT: u128 = DOLLAR / 100;

/// Prices of request units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prices {
    /// Of a million read units, in millionths of a dollar.
    pub read: u64,
    /// Of a million write units, in millionths of a dollar.
    pub write: u64,
    /// Since when they are known to hold: year and month; `None` where the operator gave them.
    pub as_of: Option<&'static str>,
    /// The region that is paid for.
    pub region: String,
    /// Whether they are those of another region, us-east-1.
    pub assumed: bool,
}

/// A text that is no price.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no price in dollars for a million units; write it as `0.625`, with {DECIMALS} decimals at most"
)]
pub struct BadPrice(pub String);

/// An amount of money, exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Money(u128);

impl Prices {
    /// The known prices of a region, or else those of us-east-1.
    ///
    /// ```
    /// use migration_tools::engine::price::Prices;
    ///
    /// assert!(!Prices::of("us-west-2").assumed);
    /// assert!(Prices::of("eu-west-1").assumed);
    /// ```
    #[must_use]
    pub fn of(region: &str) -> Self {
        let known = KNOWN.iter().find(|(name, ..)| *name == region);
        let (_, read, write) = *known.unwrap_or(&KNOWN[0]);
        let assumed = known.is_none();
        Self { read, write, as_of: Some(AS_OF), region: region.to_owned(), assumed }
    }

    /// Prices that the operator knows, in dollars for a million units, such as `0.1415`.
    ///
    /// # Errors
    ///
    /// When one of them is none.
    pub fn given(region: &str, read: &str, write: &str) -> Result<Self, BadPrice> {
        let (read, write) = (millionths(read)?, millionths(write)?);
        Ok(Self { read, write, as_of: None, region: region.to_owned(), assumed: false })
    }

    /// What units cost.
    #[must_use]
    pub fn cost(&self, units: Units) -> Money {
        // Millionths of a dollar for a million: the product is in millionths of millionths.
        let of = |units: u64, price: u64| u128::from(units) * u128::from(price);
        Money(of(units.read, self.read).saturating_add(of(units.write, self.write)))
    }
}

/// Where the prices come from, for people.
impl fmt::Display for Prices {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let region = &self.region;
        match (self.as_of, self.assumed) {
            (None, _) => write!(out, "prices as given for {region}"),
            (Some(date), false) => {
                write!(out, "on-demand prices of {region}, known since {date}")
            }
            (Some(date), true) => {
                let of = KNOWN[0].0;
                write!(out, "on-demand prices of {of}, known since {date}, assumed for {region}")
            }
        }
    }
}

fn millionths(text: &str) -> Result<u64, BadPrice> {
    let bad = || BadPrice(text.to_owned());
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(decimals) || decimals.len() > DECIMALS {
        return Err(bad());
    }
    format!("{whole}{decimals:0<DECIMALS$}").parse().map_err(|_| bad())
}

impl Money {
    /// All of it in dollars, such as `0.1638`, without zeros at the end. For documents.
    #[must_use]
    pub fn exact(self) -> String {
        let text = format!("{}.{:012}", self.0 / DOLLAR, self.0 % DOLLAR);
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        Self(all.fold(0, |sum, one| sum.saturating_add(one.0)))
    }
}

/// Dollars and cents, rounded up: whatever costs anything costs a cent.
impl fmt::Display for Money {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cents = self.0.div_ceil(CENT);
        write!(out, "${}.{:02}", cents / 100, cents % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact_and_rounded_up_where_shown() {
        let prices = Prices::of("us-east-1");
        for (read, write, exact, shown) in [
            (0, 0, "0", "$0.00"),
            (1, 0, "0.000000125", "$0.01"),
            (1_000_000, 0, "0.125", "$0.13"),
            (0, 1_000_000, "0.625", "$0.63"),
            (0, 16_000, "0.01", "$0.01"),
            // A consistent scan of 10 GiB, and 5,000 times that.
            (2_621_440, 0, "0.32768", "$0.33"),
            (13_107_200_000, 0, "1638.4", "$1638.40"),
            (8_000_000, 4_000_000, "3.5", "$3.50"),
        ] {
            let cost = prices.cost(Units { read, write });
            assert_eq!((cost.exact().as_str(), cost.to_string().as_str()), (exact, shown));
        }
        let parts = [(3, 0), (0, 7)].map(|(read, write)| prices.cost(Units { read, write }));
        let sum: Money = parts.into_iter().sum();
        assert_eq!(sum, prices.cost(Units { read: 3, write: 7 }));
    }

    #[test]
    fn prices_say_where_they_come_from() {
        assert_eq!(
            Prices::of("us-east-2").to_string(),
            "on-demand prices of us-east-2, known since 2024-11"
        );
        let assumed = "on-demand prices of us-east-1, known since 2024-11, assumed for eu-west-1";
        assert_eq!(Prices::of("eu-west-1").to_string(), assumed);
        let given = Prices::given("eu-west-1", "0.1415", "1").unwrap();
        assert_eq!(given.to_string(), "prices as given for eu-west-1");
        assert_eq!((given.read, given.write, given.assumed), (141_500, 1_000_000, false));
    }

    #[test]
    fn what_is_no_price_is_refused() {
        for text in ["", ".", "1.", ".5", "-1", "+1", "1e3", "0,625", "0.1234567", "99999999999999"]
        {
            assert_eq!(Prices::given("x", text, "1"), Err(BadPrice(text.to_owned())), "{text}");
        }
    }
}
