//! What the security team does with the tracking records, with the library behind `iam-policies`.

use iam_policies::audit::{Needs, audit, table};
use iam_policies::generate::{Format, policies, written};
use iam_policies::model::Inventory;
use iam_policies::needs::{Needed, Options, needed};
use iam_policies::policy::{Values, context::Context, read};
use iam_policies::resource::Deployment;
use iam_policies::source::records;
use local_aws::{ACCOUNT_ID, REGION};
use serde_json::{Value, json};

use crate::{Error, TRACKING};

/// A policy as it is written in a hurry: too much of one thing, too little of another, and an
/// action that does not exist.
pub const SLOPPY: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Files",
      "Effect": "Allow",
      "Action": ["dynamodb:GetItem", "dynamodb:UpdateItem", "dynamodb:Delete*"],
      "Resource": "arn:aws:dynamodb:eu-west-1:111122223333:table/*"
    },
    {
      "Sid": "Content",
      "Effect": "Allow",
      "Action": ["s3:GetObject", "s3:HeadObject"],
      "Resource": "arn:aws:s3:::*"
    }
  ]
}
"#;

/// What the functions of some tracking records need.
pub struct Requirements {
    inventory: Inventory,
    needed: Needed,
}

impl Requirements {
    /// Of records as `Scan` gives them.
    ///
    /// # Errors
    ///
    /// Where they are no tracking records.
    pub fn of(items: &[Value]) -> Result<Self, Error> {
        let inventory = records(&json!({ "Items": items }).to_string())?;
        let options = Options {
            deployment: Deployment {
                account: Some(ACCOUNT_ID.to_owned()),
                region: Some(REGION.to_owned()),
                partition: None,
            },
            tracking_table: Some(TRACKING.to_owned()),
            ..Options::default()
        };
        let needed = needed(&inventory.usages.iter().collect::<Vec<_>>(), &options);
        Ok(Self { inventory, needed })
    }

    /// The policy that allows exactly that.
    #[must_use]
    pub fn policy(&self, name: &str) -> String {
        written(&policies(name, &self.needed.grants), Format::Json)
    }

    /// What is wrong with another policy.
    ///
    /// # Errors
    ///
    /// Where the text is no policy.
    pub fn audit(&self, file: &str, policy: &str) -> Result<String, Error> {
        let existing = read(file, policy.as_bytes(), &Values::new())?;
        let needs = Needs {
            needed: &self.needed.grants,
            optional: &self.needed.optional,
            inventory: Some(&self.inventory),
        };
        Ok(table(&audit(&needs, &existing, None, &Context::new())))
    }
}
