//! The tables and buckets of an Amplify deployment: 45 and 13, by the names of the original's
//! configuration.
//!
//! The name of a resource is `amplify-{dep}-{service}-{stage}-{suffix}`, which is how the services'
//! templates name them.

use super::deployment::Deployment;

/// Whether a resource is a table or a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A DynamoDB table.
    Table,
    /// An S3 bucket.
    Bucket,
}

/// One table or bucket of a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Its key in the original's configuration, and the variable that overrides its name.
    pub key: &'static str,
    /// Table or bucket.
    pub kind: Kind,
    /// The service in its name.
    pub service: &'static str,
    /// The end of its name; empty for the one table that has none.
    pub suffix: &'static str,
    /// The service that publishes its name in Parameter Store, where that is another one.
    publisher: Option<&'static str>,
    /// Another name of the variable: what the services call it.
    pub alias: Option<&'static str>,
}

impl Resource {
    const fn new(
        key: &'static str,
        kind: Kind,
        service: &'static str,
        suffix: &'static str,
    ) -> Self {
        Self { key, kind, service, suffix, publisher: None, alias: None }
    }

    const fn published_by(self, service: &'static str) -> Self {
        Self { publisher: Some(service), ..self }
    }

    const fn called(self, alias: &'static str) -> Self {
        Self { alias: Some(alias), ..self }
    }

    /// The resource with this key.
    #[must_use]
    pub fn of_key(key: &str) -> Option<&'static Self> {
        RESOURCES.iter().find(|resource| resource.key == key)
    }

    /// Its name in a deployment, where nothing overrides it.
    ///
    /// ```
    /// use migration_tools::amplify::{Deployment, Resource};
    ///
    /// let v6 = Deployment::new("v6", "dev")?;
    /// let name = |key| Resource::of_key(key).map(|resource| resource.name(&v6));
    /// assert_eq!(name("ACCOUNTS_DYNAMO_TABLE").as_deref(), Some("amplify-v6-lambda-dev-accounts"));
    /// assert_eq!(name("SHARES_DYNAMODB_TABLE").as_deref(), Some("amplify-v6-lambda-dev"));
    /// # Ok::<(), migration_tools::amplify::DeploymentError>(())
    /// ```
    #[must_use]
    pub fn name(&self, of: &Deployment) -> String {
        let base = format!("{}-{}", of.service(self.service), of.stage());
        match self.suffix {
            "" => base,
            suffix => format!("{base}-{suffix}"),
        }
    }

    /// The full name of the service under whose path Parameter Store has its name.
    #[must_use]
    pub fn publisher(&self, of: &Deployment) -> String {
        of.service(self.publisher.unwrap_or(self.service))
    }
}

const fn table(key: &'static str, service: &'static str, suffix: &'static str) -> Resource {
    Resource::new(key, Kind::Table, service, suffix)
}

const fn bucket(key: &'static str, service: &'static str, suffix: &'static str) -> Resource {
    Resource::new(key, Kind::Bucket, service, suffix)
}

/// Every resource that the migrations know, tables first.
pub const RESOURCES: [Resource; 58] = [
    table("ACCOUNTS_DYNAMO_TABLE", "lambda", "accounts"),
    table("ADDITIONAL_CHARGES_TABLE", "chat-billing", "additional-charges"),
    table("AGENT_EVENT_TEMPLATES_DYNAMODB_TABLE", "agent-loop", "agent-event-templates"),
    table("AGENT_STATE_DYNAMODB_TABLE", "agent-loop", "agent-state"),
    table("AMPLIFY_ADMIN_DYNAMODB_TABLE", "admin", "admin-configs"),
    table("AMPLIFY_ADMIN_LOGS_DYNAMODB_TABLE", "admin", "admin-logs"),
    table("AMPLIFY_GROUP_LOGS_DYNAMODB_TABLE", "object-access", "amplify-group-logs"),
    table("API_KEYS_DYNAMODB_TABLE", "object-access", "api-keys"),
    table("ARTIFACTS_DYNAMODB_TABLE", "artifacts", "user-artifacts"),
    table("ASSISTANTS_ALIASES_DYNAMODB_TABLE", "assistants", "assistant-aliases"),
    table("ASSISTANTS_DYNAMODB_TABLE", "assistants", "assistants"),
    table("ASSISTANT_CODE_INTERPRETER_DYNAMODB_TABLE", "assistants", "code-interpreter-assistants"),
    table("ASSISTANT_GROUPS_DYNAMO_TABLE", "object-access", "amplify-groups"),
    table("ASSISTANT_LOOKUP_DYNAMODB_TABLE", "assistants", "assistant-lookup"),
    table("ASSISTANT_THREADS_DYNAMODB_TABLE", "assistants", "assistant-threads"),
    table("ASSISTANT_THREAD_RUNS_DYNAMODB_TABLE", "assistants", "assistant-thread-runs"),
    table("CHAT_USAGE_DYNAMO_TABLE", "lambda", "chat-usage"),
    table("COGNITO_USERS_DYNAMODB_TABLE", "object-access", "cognito-users"),
    table("COMMON_DATA_DYNAMO_TABLE", "se", "ops-common-data"),
    table("CONVERSATION_METADATA_TABLE", "lambda", "conversation-metadata"),
    table("COST_CALCULATIONS_DYNAMO_TABLE", "lambda", "cost-calculations")
        .published_by("amplify-js"),
    table("DATA_DISCLOSURE_ACCEPTANCE_TABLE", "data-disclosure", "acceptance"),
    table("DATA_DISCLOSURE_VERSIONS_TABLE", "data-disclosure", "versions"),
    table("DB_CONNECTIONS_TABLE", "lambda", "db-connections"),
    table("DYNAMO_DYNAMIC_CODE_TABLE", "se", "ai-code"),
    table("EMAIL_SETTINGS_DYNAMO_TABLE", "agent-loop", "email-allowed-senders"),
    table("EMBEDDING_PROGRESS_TABLE", "embedding", "embedding-progress"),
    table("FILES_DYNAMO_TABLE", "lambda", "user-files"),
    table(
        "GROUP_ASSISTANT_CONVERSATIONS_DYNAMO_TABLE",
        "assistants",
        "group-assistant-conversations",
    ),
    table("HASH_FILES_DYNAMO_TABLE", "lambda", "hash-files"),
    table("HISTORY_COST_CALCULATIONS_DYNAMO_TABLE", "lambda", "history-cost-calculations")
        .published_by("amplify-js"),
    table("LAYERED_ASSISTANTS_DYNAMODB_TABLE", "assistants", "layered-assistants"),
    table("MEMORY_DYNAMO_TABLE", "memory", "memory"),
    table("OAUTH_STATE_TABLE", "assistants-api", "oauth-state"),
    table("OAUTH_USER_TABLE", "assistants-api", "user-oauth-integrations"),
    table("OBJECT_ACCESS_DYNAMODB_TABLE", "object-access", "object-access"),
    table("OLD_USER_STORAGE_TABLE", "lambda-basic-ops", "user-storage"),
    table("OPS_DYNAMODB_TABLE", "lambda-ops", "ops"),
    table("OP_LOG_DYNAMO_TABLE", "assistants-api", "op-log"),
    table("REQUEST_STATE_DYNAMO_TABLE", "amplify-js", "request-state"),
    table("SCHEDULED_TASKS_TABLE", "agent-loop", "scheduled-tasks"),
    table("SHARES_DYNAMODB_TABLE", "lambda", ""),
    table("USER_DATA_STORAGE_TABLE", "lambda", "user-data-storage").called("USER_STORAGE_TABLE"),
    table("USER_TAGS_DYNAMO_TABLE", "lambda", "user-tags"),
    table("WORKFLOW_TEMPLATES_TABLE", "agent-loop", "workflow-registry"),
    bucket("AGENT_STATE_BUCKET", "agent-loop", "agent-state"),
    bucket("ASSISTANTS_CODE_INTERPRETER_FILES_BUCKET_NAME", "assistants", "code-interpreter-files"),
    bucket("DATA_DISCLOSURE_STORAGE_BUCKET", "data-disclosure", "storage"),
    bucket("S3_API_DOCUMENTATION_BUCKET", "api", "documentation-bucket"),
    bucket("S3_ARTIFACTS_BUCKET", "artifacts", "bucket"),
    bucket("S3_CONSOLIDATION_BUCKET_NAME", "lambda", "consolidation"),
    bucket("S3_CONVERSATIONS_BUCKET_NAME", "lambda", "user-conversations"),
    bucket("S3_CONVERSION_INPUT_BUCKET_NAME", "lambda", "document-conversion-input"),
    bucket("S3_CONVERSION_OUTPUT_BUCKET_NAME", "lambda", "document-conversion-output"),
    bucket(
        "S3_GROUP_ASSISTANT_CONVERSATIONS_BUCKET_NAME",
        "assistants",
        "group-conversations-content",
    ),
    bucket("S3_SHARE_BUCKET_NAME", "lambda", "share"),
    bucket("SCHEDULED_TASKS_LOGS_BUCKET", "agent-loop", "scheduled-tasks-logs"),
    bucket("WORKFLOW_TEMPLATES_BUCKET", "agent-loop", "workflow-templates"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_45_tables_and_13_buckets_each_with_a_key_of_its_own() {
        let of = |kind| RESOURCES.iter().filter(|resource| resource.kind == kind).count();
        assert_eq!((of(Kind::Table), of(Kind::Bucket)), (45, 13));
        let mut keys: Vec<&str> = RESOURCES.iter().map(|resource| resource.key).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), 58);
    }

    #[test]
    fn the_kind_is_the_one_that_the_key_says() {
        for Resource { key, kind, .. } in RESOURCES {
            assert_eq!(key.contains("TABLE"), kind == Kind::Table, "{key}");
            assert_eq!(key.contains("BUCKET"), kind == Kind::Bucket, "{key}");
        }
    }
}
