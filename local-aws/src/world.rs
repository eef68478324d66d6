//! The state of one emulated AWS.

use crate::calls::Calls;
use crate::dynamodb::Tables;
use crate::faults::Faults;
use crate::{cloudformation, cognito, iam, s3, secretsmanager, sqs, ssm};

/// Everything that an endpoint answers from.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) calls: Calls,
    pub(crate) faults: Faults,
    pub(crate) dynamodb: Tables,
    pub(crate) ssm: ssm::Store,
    pub(crate) s3: s3::Store,
    pub(crate) cognito: cognito::Store,
    pub(crate) secretsmanager: secretsmanager::Store,
    pub(crate) sqs: sqs::Store,
    pub(crate) iam: iam::Store,
    pub(crate) cloudformation: cloudformation::Store,
}

impl World {
    /// An empty world behind `endpoint`.
    pub(crate) fn new(endpoint: &str, dynamodb: Tables) -> Self {
        World {
            calls: Calls::default(),
            faults: Faults::default(),
            dynamodb,
            ssm: ssm::Store::default(),
            s3: s3::Store::default(),
            cognito: cognito::Store::default(),
            secretsmanager: secretsmanager::Store::default(),
            sqs: sqs::Store::new(endpoint),
            iam: iam::Store::default(),
            cloudformation: cloudformation::Store::default(),
        }
    }
}
