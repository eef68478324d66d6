//! A change as the expressions of one `UpdateItem`. Pure.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::record::{Change, Condition};

/// The parameters of a conditional
/// [UpdateItem](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html).
#[derive(Debug, Default)]
pub(super) struct Expressions {
    pub(super) update: String,
    pub(super) condition: Option<String>,
    pub(super) names: HashMap<String, String>,
    pub(super) values: HashMap<String, AttributeValue>,
}

impl Expressions {
    pub(super) fn of(change: &Change) -> Self {
        let mut this = Self::default();
        let mut set = Vec::new();
        for (name, value) in &change.set {
            set.push(format!("{} = {}", this.name(name), this.value(value)));
        }
        for (name, value) in &change.set_once {
            let (name, value) = (this.name(name), this.value(value));
            set.push(format!("{name} = if_not_exists({name}, {value})"));
        }
        let mut add = Vec::new();
        for (name, value) in &change.add {
            add.push(format!("{} {}", this.name(name), this.value(value)));
        }
        let mut remove = Vec::new();
        for name in &change.remove {
            remove.push(this.name(name));
        }
        let clauses = [("SET", set), ("ADD", add), ("REMOVE", remove)];
        let clauses = clauses.into_iter().filter(|(_, parts)| !parts.is_empty());
        let clauses: Vec<String> =
            clauses.map(|(word, parts)| format!("{word} {}", parts.join(", "))).collect();
        this.update = clauses.join(" ");

        let conditions: Vec<String> =
            change.conditions.iter().map(|condition| this.condition(condition)).collect();
        this.condition = (!conditions.is_empty()).then(|| conditions.join(" AND "));
        this
    }

    fn condition(&mut self, condition: &Condition) -> String {
        match condition {
            Condition::Equals(name, value) => {
                format!("{} = {}", self.name(name), self.value(value))
            }
            Condition::Missing(name) => format!("attribute_not_exists({})", self.name(name)),
            Condition::MissingOrStringSet(name) => {
                let name = self.name(name);
                let set = self.value(&AttributeValue::S("SS".to_owned()));
                format!("(attribute_not_exists({name}) OR attribute_type({name}, {set}))")
            }
        }
    }

    fn name(&mut self, name: &str) -> String {
        let known = self.names.iter().find(|(_, known)| *known == name);
        if let Some((placeholder, _)) = known {
            return placeholder.clone();
        }
        let placeholder = format!("#n{}", self.names.len());
        self.names.insert(placeholder.clone(), name.to_owned());
        placeholder
    }

    fn value(&mut self, value: &AttributeValue) -> String {
        let placeholder = format!(":v{}", self.values.len());
        self.values.insert(placeholder.clone(), value.clone());
        placeholder
    }
}
