//! The variables that all services share: what the deployment's variable file says, and what follows
//! from the names of deployment and stage.

use documents::{Node, Place, ReadError, Value};

use super::resolve::Scope;
use super::variable::Variable;
use crate::amplify::Deployment;

/// What of the variable file is published, in this order.
pub const SHARED: [&str; 26] = [
    "ADMINS",
    "API_GATEWAY_MAX_TIMEOUT_MS",
    "CHANGE_SET_BOOLEAN",
    "CUSTOM_API_DOMAIN",
    "DEP_REGION",
    "IDP_PREFIX",
    "LOG_LEVEL",
    "OAUTH_AUDIENCE",
    "OAUTH_ISSUER_BASE_URL",
    "PANDOC_LAMBDA_LAYER_ARN",
    "ASSISTANTS_OPENAI_PROVIDER",
    "LLM_ENDPOINTS_SECRETS_NAME_ARN",
    "BEDROCK_GUARDRAIL_ID",
    "BEDROCK_GUARDRAIL_VERSION",
    "COGNITO_CLIENT_ID",
    "COGNITO_USER_POOL_ID",
    "ORGANIZATION_EMAIL_DOMAIN",
    "API_VERSION",
    "MAX_ACU",
    "MIN_ACU",
    "PRIVATE_SUBNET_ONE",
    "PRIVATE_SUBNET_TWO",
    "VPC_CIDR",
    "VPC_ID",
    "EMBEDDING_DIM",
    "RAG_POSTGRES_DB_PORT",
];

/// The variables that follow from the deployment, whatever the file says of them.
#[must_use]
pub fn derived(deployment: &Deployment) -> [(&'static str, String); 5] {
    let (dep, stage) = (deployment.dep_name(), deployment.stage());
    [
        ("LLM_ENDPOINTS_SECRETS_NAME", format!("{stage}-openai-endpoints")),
        ("SECRETS_ARN_NAME", format!("{stage}-amplify-app-secrets")),
        ("APP_ARN_NAME", format!("{stage}-amplify-app-vars")),
        (
            "OAUTH_ENCRYPTION_PARAMETER",
            format!("/amplify-{dep}-assistants-api/{stage}/oauth/integrations/encryption"),
        ),
        ("DEP_NAME", dep.to_owned()),
    ]
}

/// A variable file of another deployment or region: to publish it would break the services of both.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VariableFileError {
    /// It cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It is no map of names and values.
    #[error("{file}:{place}: the variable file is {kind}; write one `NAME: value` a line")]
    NoMap {
        /// The file.
        file: String,
        /// Where it starts.
        place: Place,
        /// What it is.
        kind: &'static str,
    },
    /// It names another deployment or region.
    #[error(
        "{file}:{place}: {name} is `{found}`, but the command was given `{given}`; give {flag} {found}, or the variable file of the right deployment"
    )]
    Disagrees {
        /// The file.
        file: String,
        /// Where it says so.
        place: Place,
        /// `DEP_NAME` or `DEP_REGION`.
        name: &'static str,
        /// What the file says.
        found: String,
        /// What the operator said.
        given: String,
        /// The flag that says it.
        flag: &'static str,
    },
}

/// Reads a variable file, with the name of the deployment in it, and checks that it is the one of this deployment, in this region.
///
/// # Errors
///
/// When the file is no map, or says something else than the operator.
pub fn variable_map(
    file: &str,
    bytes: &[u8],
    deployment: &Deployment,
    region: Option<&str>,
) -> Result<Node, VariableFileError> {
    let mut node = Node::read(file, bytes)?;
    if node.entries().is_none() {
        let (file, place, kind) = (file.to_owned(), node.place, node.kind());
        return Err(VariableFileError::NoMap { file, place, kind });
    }
    let given = [
        ("DEP_NAME", Some(deployment.dep_name()), "--dep-name"),
        ("DEP_REGION", region, "--region"),
    ];
    for (name, given, flag) in given {
        let (Some(said), Some(given)) = (node.get(name), given) else { continue };
        let found = said.scalar().unwrap_or_default().trim();
        if !found.is_empty() && found != given {
            return Err(VariableFileError::Disagrees {
                file: file.to_owned(),
                place: said.place,
                name,
                found: found.to_owned(),
                given: given.to_owned(),
                flag,
            });
        }
    }
    // The model of the file leaves the name empty: then it is the operator's.
    if let Value::Map(entries) = &mut node.value {
        let own = entries.iter_mut().filter(|(key, _)| key.text == "DEP_NAME");
        own.for_each(|(_, said)| said.value = Value::Text(deployment.dep_name().to_owned()));
    }
    Ok(node)
}

/// The shared variables: first the derived ones, then those of the file, in the order of [`SHARED`].
#[must_use]
pub fn shared(scope: &Scope<'_>, limit: usize) -> Vec<Variable> {
    let entries = scope.variables.entries().unwrap_or_default();
    let known = derived(scope.deployment).into_iter().map(|(name, value)| {
        let own = entries.iter().find(|(key, _)| key.text == name);
        let place = own.map_or(Place::START, |(key, _)| key.place);
        Variable::known(name, place, value, limit)
    });
    let read = SHARED.iter().filter_map(|name| {
        let (key, node) = entries.iter().find(|(key, _)| key.text == *name)?;
        Some(Variable::read(name, key.place, node, scope, limit))
    });
    known.chain(read).collect()
}
