//! What the operator decides about policies.

use std::collections::BTreeMap;

use crate::resource::Deployment;

/// Which operations count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Basis {
    /// What is declared.
    #[default]
    Declared,
    /// What is declared and was really called. Calls without typed handle cannot be seen and count
    /// as called.
    Observed,
}

/// What the operator decides about policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Where the functions run, as far as records do not say it themselves.
    pub deployment: Deployment,
    /// Which operations count.
    pub basis: Basis,
    /// Days before a function's last run after which what was not seen again is out of date.
    pub max_age: u32,
    /// Grant what only certain options of an operation need.
    pub with_options: bool,
    /// Customer managed keys: variable → ARN of the key that its resource is encrypted with.
    pub kms_keys: BTreeMap<String, String>,
    /// Roles that operations pass on: variable → name or ARN of the role.
    pub roles: BTreeMap<String, String>,
    /// Grant what the runtime needs itself: parameters, their decryption, the tracking table.
    pub runtime: bool,
    /// ARN of the key that SecureString parameters are encrypted with.
    pub parameter_kms_key: Option<String>,
    /// Name or ARN of the tracking table.
    pub tracking_table: Option<String>,
    /// `PARAMETER_STORE_PREFIX`, where records do not say it.
    pub prefix: String,
    /// `STAGE`, where records do not say it.
    pub stage: Option<String>,
    /// Grant writing to the function's own log group.
    pub logs: bool,
    /// Grant sending traces to X-Ray.
    pub xray: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            deployment: Deployment::default(),
            basis: Basis::default(),
            max_age: 30,
            with_options: false,
            kms_keys: BTreeMap::new(),
            roles: BTreeMap::new(),
            runtime: true,
            parameter_kms_key: None,
            tracking_table: None,
            prefix: "/amplify".to_owned(),
            stage: None,
            logs: false,
            xray: false,
        }
    }
}
