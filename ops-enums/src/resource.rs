//! The kinds of resources that operations act on.

/// The kind of resource an operation acts on.
///
/// Derived from the operation's input members by reviewed rules, so it is the kind that the request
/// names, which is an approximation of what the call touches: `CopyObject` acts on the destination
/// object and reads another one; `Query` with an `IndexName` is listed under
/// [`Table`](Self::Table). Kinds that an application rarely holds in a variable share one value
/// ([`Job`](Self::Job), [`Fleet`](Self::Fleet)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Resource {
    /// No resource: the request names none that exists (lists, creations whose id AWS assigns,
    /// calls that carry a user's token).
    Account,
    /// Whatever the request names by ARN, or by type and id (tagging, resource policies).
    ByArn,

    /// A DynamoDB table.
    Table,
    /// An index of a table, where the request must name one.
    Index,
    /// A global table of the 2017 version.
    GlobalTable,
    /// A table's stream.
    Stream,
    /// A table's backup.
    Backup,
    /// A table's export to S3.
    Export,
    /// An import from S3 into a table.
    Import,
    /// A bulk operation on a table.
    BulkOperation,

    /// An S3 bucket.
    Bucket,
    /// An object in a bucket, or several.
    Object,

    /// An SQS queue.
    Queue,

    /// A secret.
    Secret,

    /// A parameter of Parameter Store, or a path of them.
    Parameter,
    /// A Systems Manager document.
    Document,
    /// A Systems Manager automation run.
    Automation,
    /// A maintenance window, with its targets and tasks.
    MaintenanceWindow,
    /// A patch baseline or patch group.
    PatchBaseline,
    /// An OpsItem.
    OpsItem,
    /// OpsMetadata of an application.
    OpsMetadata,
    /// An account-wide Systems Manager setting.
    ServiceSetting,
    /// Managed nodes and what runs on them: instances, associations, activations, commands,
    /// sessions, inventory, data syncs, cloud connectors.
    Fleet,

    /// A Lambda function, its versions, aliases and settings.
    Function,
    /// A Lambda layer.
    Layer,
    /// An event source mapping.
    EventSourceMapping,
    /// A code signing configuration.
    CodeSigningConfig,
    /// A capacity provider.
    CapacityProvider,
    /// A durable execution of a function.
    DurableExecution,

    /// A Bedrock model: foundation, custom or imported.
    Model,
    /// A deployment of a custom model.
    ModelDeployment,
    /// An endpoint for a marketplace model.
    ModelEndpoint,
    /// Provisioned throughput for a model.
    ProvisionedModel,
    /// An inference profile.
    InferenceProfile,
    /// A prompt router.
    PromptRouter,
    /// A guardrail.
    Guardrail,
    /// An automated reasoning policy.
    ReasoningPolicy,
    /// An asynchronous job of Bedrock or its asynchronous invocation.
    Job,
    /// A Bedrock agent.
    Agent,
    /// A knowledge base, its data sources and documents.
    KnowledgeBase,
    /// A flow.
    Flow,
    /// A managed prompt.
    Prompt,
    /// A retrieval instruction.
    RetrievalInstruction,
    /// A Bedrock session.
    Session,

    /// A Cognito user pool and everything in it.
    UserPool,
    /// An app client of a user pool, where the request names the client alone.
    UserPoolClient,
    /// A user pool's domain, where the request names the domain alone.
    UserPoolDomain,

    /// An SNS topic.
    Topic,
    /// A subscription to a topic.
    Subscription,
    /// A platform application for mobile notifications, or an endpoint of one.
    PlatformApplication,

    /// An EventBridge event bus.
    EventBus,
    /// A rule on an event bus.
    Rule,
    /// A partner's event source.
    EventSource,
    /// An archive of events, or its replay.
    EventArchive,
    /// A connection of EventBridge, or an API destination that uses one.
    EventConnection,
    /// A global endpoint of EventBridge.
    EventEndpoint,

    /// A group of schedules.
    ScheduleGroup,
    /// A schedule in a group.
    Schedule,

    /// A KMS key.
    Key,
    /// An alias of a key, where the request names the alias alone.
    KeyAlias,
    /// A custom key store.
    KeyStore,

    /// A Kinesis data stream; a table's stream is a [`Stream`](Self::Stream).
    DataStream,
    /// A registered consumer of a data stream.
    StreamConsumer,
    /// A channel from data streams.
    StreamChannel,
    /// A queue on a data stream.
    StreamQueue,

    /// A state machine of Step Functions, its versions and aliases.
    StateMachine,
    /// An execution of a state machine, or a map run in one.
    Execution,
    /// An activity of Step Functions.
    Activity,

    /// An SES identity: a domain or an address to send from.
    Identity,
    /// A configuration set for sending.
    ConfigurationSet,
    /// A template for messages.
    EmailTemplate,
    /// A contact list.
    ContactList,
    /// A tenant of SES.
    Tenant,
    /// A set of rules for received messages.
    ReceiptRuleSet,
    /// A pool of dedicated addresses.
    DedicatedIpPool,

    /// A log group.
    LogGroup,
    /// A log stream in a log group.
    LogStream,
    /// Something else of CloudWatch Logs: deliveries, destinations, queries, anomaly detectors,
    /// integrations, lookup tables, tasks.
    LogSetting,

    /// A CloudWatch alarm.
    Alarm,
    /// A rule that mutes alarms.
    AlarmMuteRule,
    /// A dashboard.
    Dashboard,
    /// A Contributor Insights rule.
    InsightRule,
    /// A metric stream.
    MetricStream,
    /// A dataset of metrics.
    Dataset,

    /// A group of traces in X-Ray.
    TraceGroup,
    /// A sampling rule of X-Ray.
    SamplingRule,
}
