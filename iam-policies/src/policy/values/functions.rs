//! Functions of CloudFormation.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html>

use super::{MAX_REFERENCES, Scope, unknown};
use crate::policy::pattern::Piece;
use documents::{Node, Value};

impl Scope<'_> {
    /// What a function gives. Functions that depend on conditions or other stacks are unknown.
    pub(super) fn call(&self, name: &str, argument: &Node, depth: usize) -> Vec<Piece> {
        if depth >= MAX_REFERENCES {
            return unknown(name);
        }
        let found = match name {
            "Ref" => argument.text().map(|name| self.named(name, depth)),
            "GetAtt" => self.attribute(argument, depth),
            "Sub" => self.substitute(argument, depth),
            "Join" => self.joined(argument, depth),
            "FindInMap" => self.in_map(argument, depth),
            _ => None,
        };
        found.unwrap_or_else(|| unknown(format!("Fn::{name}")))
    }

    /// A parameter, a pseudo parameter, or the name of a resource.
    fn named(&self, name: &str, depth: usize) -> Vec<Piece> {
        if let Some(value) = self.given.get(name) {
            return vec![Piece::Text(value.clone())];
        }
        let default = self.root.at(&["Parameters", name, "Default"]);
        match default.and_then(|default| self.resolve(default, depth + 1)) {
            Some(pieces) => pieces,
            None => self.name_of_resource(name, depth).unwrap_or_else(|| unknown(name)),
        }
    }

    fn attribute(&self, argument: &Node, depth: usize) -> Option<Vec<Piece>> {
        let path = match (&argument.value, argument.items()) {
            (Value::Text(path), _) => path.clone(),
            (_, Some([resource, attribute])) => {
                format!("{}.{}", resource.text()?, attribute.text()?)
            }
            _ => return None,
        };
        Some(self.attribute_at(&path, depth))
    }

    fn attribute_at(&self, path: &str, depth: usize) -> Vec<Piece> {
        if let Some(value) = self.given.get(path) {
            return vec![Piece::Text(value.clone())];
        }
        path.strip_suffix(".Arn")
            .and_then(|resource| self.arn_of_resource(resource, depth))
            .unwrap_or_else(|| unknown(path))
    }

    fn substitute(&self, argument: &Node, depth: usize) -> Option<Vec<Piece>> {
        let (text, own) = match argument.items() {
            Some([text, own]) => (text.text()?, Some(own)),
            Some(_) => return None,
            None => (argument.text()?, None),
        };
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            pieces.push(Piece::Text(before.to_owned()));
            let Some((name, after)) = after.split_once('}') else {
                pieces.push(Piece::Text("${".to_owned()));
                rest = after;
                continue;
            };
            let name = name.trim();
            if let Some(literal) = name.strip_prefix('!') {
                pieces.push(Piece::Text(format!("${{{literal}}}")));
            } else if let Some(own) = own.and_then(|own| own.get(name)) {
                pieces.extend(self.resolve(own, depth + 1).unwrap_or_else(|| unknown(name)));
            } else if name.contains('.') {
                pieces.extend(self.attribute_at(name, depth));
            } else if name.contains(':') && !name.starts_with("AWS::") {
                // Of the Serverless Framework, or left by mistake: `${opt:stage}` inside of `Sub`.
                pieces.extend(self.serverless(&format!("${{{name}}}"), depth));
            } else {
                pieces.extend(self.named(name, depth));
            }
            rest = after;
        }
        pieces.push(Piece::Text(rest.to_owned()));
        Some(pieces)
    }

    fn joined(&self, argument: &Node, depth: usize) -> Option<Vec<Piece>> {
        let [separator, items] = argument.items()? else { return None };
        let mut pieces = Vec::new();
        for (index, item) in items.items()?.iter().enumerate() {
            if index > 0 {
                pieces.push(Piece::Text(separator.text()?.to_owned()));
            }
            pieces.extend(self.resolve(item, depth + 1)?);
        }
        Some(pieces)
    }

    fn in_map(&self, argument: &Node, depth: usize) -> Option<Vec<Piece>> {
        let mut node = self.root.get("Mappings")?;
        for key in argument.items()? {
            match super::join(self.resolve(key, depth + 1)?).as_slice() {
                [Piece::Text(key)] => node = node.get(key)?,
                _ => return None,
            }
        }
        self.resolve(node, depth + 1)
    }

    /// What `Ref` gives for a resource whose name is written in the template.
    fn name_of_resource(&self, logical: &str, depth: usize) -> Option<Vec<Piece>> {
        let resource = self.resource(logical)?;
        let property = match resource.get("Type")?.text()? {
            "AWS::DynamoDB::Table" | "AWS::DynamoDB::GlobalTable" => "TableName",
            "AWS::Serverless::SimpleTable" => "TableName",
            "AWS::S3::Bucket" => "BucketName",
            "AWS::Lambda::Function" | "AWS::Serverless::Function" => "FunctionName",
            "AWS::SSM::Parameter" => "Name",
            _ => return None,
        };
        self.resolve(resource.at(&["Properties", property])?, depth + 1)
    }

    /// What `GetAtt ... Arn` gives for a resource whose name is written in the template.
    fn arn_of_resource(&self, logical: &str, depth: usize) -> Option<Vec<Piece>> {
        let resource = self.resource(logical)?;
        let (middle, property) = match resource.get("Type")?.text()? {
            "AWS::DynamoDB::Table" | "AWS::Serverless::SimpleTable" => {
                (":dynamodb:${AWS::Region}:${AWS::AccountId}:table/", "TableName")
            }
            "AWS::S3::Bucket" => (":s3:::", "BucketName"),
            "AWS::SQS::Queue" => (":sqs:${AWS::Region}:${AWS::AccountId}:", "QueueName"),
            "AWS::Lambda::Function" | "AWS::Serverless::Function" => {
                (":lambda:${AWS::Region}:${AWS::AccountId}:function:", "FunctionName")
            }
            _ => return None,
        };
        let name = self.resolve(resource.at(&["Properties", property])?, depth + 1)?;
        let text = Value::Text(format!("arn:${{AWS::Partition}}{middle}"));
        let mut pieces =
            self.substitute(&Node { value: text, place: resource.place }, depth + 1)?;
        pieces.extend(name);
        Some(pieces)
    }

    fn resource(&self, logical: &str) -> Option<&Node> {
        let own = self.root.at(&["Resources", logical]);
        own.or_else(|| self.root.at(&["resources", "Resources", logical]))
    }
}
