//! The facts: every prefix of a bucket whose objects belong elsewhere, and where they belong.
//!
//! The application writes to the consolidation bucket and looks there first, and in the older buckets
//! after it. Between its deployment and the change of ids it writes there under old ids, so that what is
//! in the consolidation bucket is newer than what an older bucket has under the same name, and its turn
//! is first.
//!
//! | objects | before | after |
//! |---|---|---|
//! | conversations | `{user}/{conversation}` | `conversations/{user}/{conversation}` |
//! | shares | `{recipient}/{sharer}/{day}/{id}.json` | `shares/{recipient}/{sharer}/{day}/{id}.json` |
//! | files of the code interpreter | `{user}/{file}` | `codeInterpreter/{user}/{file}` |
//! | states of agents | `{user}/{session}/{file}` | `agentState/{user}/{session}/{file}` |
//! | logs of scheduled tasks | `{user}/{task}/logs/{execution}.json` | `scheduledTaskLogs/{user}/{task}/{execution}.json` |
//! | conversations with group assistants | `astgp/{assistant}/{conversation}.txt` | `agentConversations/astgp/…` |
//! | data disclosures | `{file}` | `dataDisclosure/{file}` |
//! | API documentation | `{file}` | `apiDocumentation/{file}` |
//! | PowerPoint templates | `templates/{file}` | `powerPointTemplates/{file}` |
//! | artifacts | `{user}/{day}/{name}:v{version}` | an item of the user storage |
//! | workflow templates | `{user}/{template}.json` | an item of the user storage |
//!
//! Logs of tasks go to the archive that the application reads after the user storage, byte by byte as
//! they are, also those that no task refers to any more. They do not become items: the application, when
//! it adds a run to a task, writes over the item that would have them, and of what is not in an item of
//! 400 KB nothing would be left.

use std::fmt;
use std::str::FromStr;

use crate::amplify::tables::pointers::{
    AGENT_STATE, ARTIFACTS, CONSOLIDATION, CONVERSATIONS, DISCLOSURE, GROUPS, LOGS, SHARES,
    TEMPLATES,
};

/// Objects of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// What users and models said to each other.
    Conversations,
    /// What users shared with each other.
    Shares,
    /// Files that the code interpreter has made.
    CodeInterpreter,
    /// What agents remember of a session.
    AgentState,
    /// What scheduled tasks have answered.
    TaskLogs,
    /// Artifacts, own and received.
    Artifacts,
    /// Templates of workflows.
    WorkflowTemplates,
    /// What users and group assistants said to each other.
    GroupConversations,
    /// What users have to agree to.
    DataDisclosure,
    /// How the API is used.
    ApiDocumentation,
    /// What presentations are made of.
    ConversionTemplates,
}

/// A prefix of a bucket.
#[derive(Clone, Copy, Debug)]
pub struct Origin {
    /// What it is called in plans, counts and reports.
    pub label: &'static str,
    /// What its objects are.
    pub family: Family,
    /// Its bucket, by its key in the configuration.
    pub bucket: &'static str,
    /// What all of its names begin with.
    pub prefix: &'static str,
    /// Where names belong.
    pub(super) shape: Shape,
}

/// Where names belong.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    /// `{user}/…`, to this prefix of the consolidation bucket.
    User(&'static str),
    /// `{recipient}/{sharer}/…`.
    Shares,
    /// `{user}/{task}/logs/{execution}.json`.
    Logs,
    /// All that begin so, to this prefix.
    All(&'static str, &'static str),
    /// Their content becomes items, by the records that point to them.
    Items,
}

const fn origin(
    label: &'static str,
    family: Family,
    bucket: &'static str,
    prefix: &'static str,
    shape: Shape,
) -> Origin {
    Origin { label, family, bucket, prefix, shape }
}

/// All of them, in the order of work.
pub const ORIGINS: [Origin; 16] = [
    origin(
        "conversations in the consolidation bucket",
        Family::Conversations,
        CONSOLIDATION,
        "conversations/",
        Shape::User("conversations/"),
    ),
    origin(
        "conversations",
        Family::Conversations,
        CONVERSATIONS,
        "",
        Shape::User("conversations/"),
    ),
    origin(
        "shares in the consolidation bucket",
        Family::Shares,
        CONSOLIDATION,
        "shares/",
        Shape::Shares,
    ),
    origin("shares", Family::Shares, SHARES, "", Shape::Shares),
    origin(
        "code interpreter files in the consolidation bucket",
        Family::CodeInterpreter,
        CONSOLIDATION,
        "codeInterpreter/",
        Shape::User("codeInterpreter/"),
    ),
    origin(
        "code interpreter files",
        Family::CodeInterpreter,
        "ASSISTANTS_CODE_INTERPRETER_FILES_BUCKET_NAME",
        "",
        Shape::User("codeInterpreter/"),
    ),
    origin(
        "agent states in the consolidation bucket",
        Family::AgentState,
        CONSOLIDATION,
        "agentState/",
        Shape::User("agentState/"),
    ),
    origin("agent states", Family::AgentState, AGENT_STATE, "", Shape::User("agentState/")),
    origin(
        "scheduled task logs in the consolidation bucket",
        Family::TaskLogs,
        CONSOLIDATION,
        "scheduledTaskLogs/",
        Shape::User("scheduledTaskLogs/"),
    ),
    origin("scheduled task logs", Family::TaskLogs, LOGS, "", Shape::Logs),
    origin("artifacts", Family::Artifacts, ARTIFACTS, "", Shape::Items),
    origin("workflow templates", Family::WorkflowTemplates, TEMPLATES, "", Shape::Items),
    origin(
        "group conversations",
        Family::GroupConversations,
        GROUPS,
        "",
        Shape::All("astgp/", "agentConversations/astgp/"),
    ),
    origin(
        "data disclosures",
        Family::DataDisclosure,
        DISCLOSURE,
        "",
        Shape::All("", "dataDisclosure/"),
    ),
    origin(
        "API documentation",
        Family::ApiDocumentation,
        "S3_API_DOCUMENTATION_BUCKET",
        "",
        Shape::All("", "apiDocumentation/"),
    ),
    origin(
        "PowerPoint templates",
        Family::ConversionTemplates,
        "S3_CONVERSION_OUTPUT_BUCKET_NAME",
        "templates/",
        Shape::All("templates/", "powerPointTemplates/"),
    ),
];

impl Family {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Conversations,
        Self::Shares,
        Self::CodeInterpreter,
        Self::AgentState,
        Self::TaskLogs,
        Self::Artifacts,
        Self::WorkflowTemplates,
        Self::GroupConversations,
        Self::DataDisclosure,
        Self::ApiDocumentation,
        Self::ConversionTemplates,
    ];

    /// Its name on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Conversations => "conversations",
            Self::Shares => "shares",
            Self::CodeInterpreter => "code-interpreter",
            Self::AgentState => "agent-state",
            Self::TaskLogs => "scheduled-task-logs",
            Self::Artifacts => "artifacts",
            Self::WorkflowTemplates => "workflow-templates",
            Self::GroupConversations => "group-conversations",
            Self::DataDisclosure => "data-disclosure",
            Self::ApiDocumentation => "api-documentation",
            Self::ConversionTemplates => "conversion-templates",
        }
    }

    /// The table whose records point to these objects, by its key.
    #[must_use]
    pub fn table(self) -> Option<&'static str> {
        match self {
            Self::Conversations => Some("CONVERSATION_METADATA_TABLE"),
            Self::Shares => Some("SHARES_DYNAMODB_TABLE"),
            Self::AgentState => Some("AGENT_STATE_DYNAMODB_TABLE"),
            Self::TaskLogs => Some("SCHEDULED_TASKS_TABLE"),
            Self::Artifacts => Some("ARTIFACTS_DYNAMODB_TABLE"),
            Self::WorkflowTemplates => Some("WORKFLOW_TEMPLATES_TABLE"),
            Self::GroupConversations => Some("GROUP_ASSISTANT_CONVERSATIONS_DYNAMO_TABLE"),
            Self::DataDisclosure => Some("DATA_DISCLOSURE_VERSIONS_TABLE"),
            Self::CodeInterpreter | Self::ApiDocumentation | Self::ConversionTemplates => None,
        }
    }

    /// The prefix that an object of the family must not be made under without more ado: a function of the
    /// live application would take it for a new one.
    #[must_use]
    pub fn sets_off(self) -> Option<&'static str> {
        match self {
            Self::DataDisclosure => Some("dataDisclosure/"),
            Self::ConversionTemplates => Some("powerPointTemplates/"),
            _ => None,
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.word())
    }
}

impl FromStr for Family {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|family| family.word() == text).ok_or_else(|| {
            let words: Vec<&str> = Self::ALL.iter().map(|family| family.word()).collect();
            format!("there are no such objects; there are all, {}", words.join(", "))
        })
    }
}
