//! A service model of botocore, reduced to what the tables need.
//!
//! The format:
//! <https://botocore.amazonaws.com/v1/documentation/api/latest/development/designnotes.html>.

use std::collections::BTreeMap;

use serde::Deserialize;

/// An operation and the members of its input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ApiOperation {
    /// As AWS spells it.
    pub(crate) name: String,
    /// The top-level members of the input.
    pub(crate) members: Vec<Member>,
}

/// A top-level input member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) required: bool,
    /// A string or a list of strings: something that can carry a name.
    pub(crate) text: bool,
}

#[derive(Deserialize)]
struct Model {
    operations: BTreeMap<String, RawOperation>,
    shapes: BTreeMap<String, Shape>,
}

#[derive(Deserialize)]
struct RawOperation {
    name: String,
    input: Option<ShapeRef>,
}

#[derive(Deserialize)]
struct ShapeRef {
    shape: String,
}

#[derive(Deserialize)]
struct Shape {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    required: Vec<String>,
    #[serde(default)]
    members: BTreeMap<String, ShapeRef>,
    /// Of a list.
    member: Option<ShapeRef>,
}

/// The operations of a model, sorted by name.
pub(crate) fn operations(json: &[u8]) -> Result<Vec<ApiOperation>, serde_json::Error> {
    let model: Model = serde_json::from_slice(json)?;
    let mut operations: Vec<ApiOperation> = model
        .operations
        .values()
        .map(|raw| ApiOperation {
            name: raw.name.clone(),
            members: members(&model, raw.input.as_ref()),
        })
        .collect();
    operations.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(operations)
}

fn members(model: &Model, input: Option<&ShapeRef>) -> Vec<Member> {
    let Some(shape) = input.and_then(|input| model.shapes.get(&input.shape)) else {
        return Vec::new();
    };
    shape
        .members
        .iter()
        .map(|(name, member)| Member {
            name: name.clone(),
            required: shape.required.contains(name),
            text: is_text(model, member),
        })
        .collect()
}

fn is_text(model: &Model, reference: &ShapeRef) -> bool {
    let is_string = |shape: &Shape| shape.kind == "string";
    model.shapes.get(&reference.shape).is_some_and(|shape| {
        let item = shape.member.as_ref().and_then(|item| model.shapes.get(&item.shape));
        is_string(shape) || item.is_some_and(is_string)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_comes_with_its_top_level_members() {
        let json = br#"{
            "operations": {
                "PutThing": {"name": "PutThing", "input": {"shape": "PutThingInput"}},
                "ListThings": {"name": "ListThings"}
            },
            "shapes": {
                "PutThingInput": {"type": "structure", "required": ["Name"],
                    "members": {"Name": {"shape": "Text"}, "Tags": {"shape": "Texts"}, "Size": {"shape": "Number"}}},
                "Text": {"type": "string"},
                "Texts": {"type": "list", "member": {"shape": "Text"}},
                "Number": {"type": "integer"}
            }
        }"#;
        let member = |name: &str, required, text| Member { name: name.to_owned(), required, text };
        assert_eq!(
            operations(json).unwrap(),
            [
                ApiOperation { name: "ListThings".to_owned(), members: vec![] },
                ApiOperation {
                    name: "PutThing".to_owned(),
                    members: vec![
                        member("Name", true, true),
                        member("Size", false, false),
                        member("Tags", false, true),
                    ],
                },
            ]
        );
    }

    #[test]
    fn a_file_of_another_form_is_refused() {
        assert!(operations(br#"{"waiters": {}}"#).is_err());
    }
}
