//! Reading and writing the tracking table.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    AttributeValue, KeysAndAttributes, ReturnValue, ReturnValuesOnConditionCheckFailure,
};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use aws_smithy_types::retry::RetryConfig;
use futures::StreamExt;
use futures::future::try_join_all;
use tokio::sync::OnceCell;
use tokio::time::sleep;

use super::entry::Entry;
use super::patience::Patience;
use super::record::{self, Item, KEY, Plan, Usage};
use super::update::Expressions;
use crate::binding::{Binding, BoundVariable};
use crate::declaration::FUNCTIONS;
use crate::resolve::Failure;
use crate::settings::Settings;

/// Keys a `BatchGetItem` takes.
const BATCH: usize = 100;
/// Updates under way at once.
const CONCURRENCY: usize = 16;
/// The longest pause, in milliseconds, after a record changed under our hands.
const LONGEST_PAUSE: u64 = 64;

/// One container's view of the tracking table.
pub(crate) struct Tracker {
    table: String,
    settings: Settings,
    access: OnceLock<Access>,
    /// Set once the rows of every variable in the binary were read.
    read: OnceCell<()>,
    rows: Mutex<HashMap<String, Item>>,
    /// Keys of records of unknown shape: reported once, then left alone.
    foreign: Mutex<BTreeSet<String>>,
    patience: Mutex<Patience>,
}

struct Access {
    client: Client,
    region: Option<String>,
}

/// Why records are not up to date.
#[derive(Debug, thiserror::Error)]
pub(super) enum TrackingError {
    #[error("reading: {0}")]
    Read(String),
    #[error("writing {key}: {detail}")]
    Write { key: String, detail: String },
    #[error("not done within {} ms", .0.as_millis())]
    Late(Duration),
    #[error("there is no client")]
    NoClient,
}

impl Tracker {
    /// `None` when tracking is off.
    pub(crate) fn new(settings: &Settings) -> Option<Self> {
        Some(Self {
            table: settings.tracking_table.clone()?,
            settings: settings.clone(),
            access: OnceLock::new(),
            read: OnceCell::new(),
            rows: Mutex::default(),
            foreign: Mutex::default(),
            patience: Mutex::default(),
        })
    }

    pub(crate) fn configure(&self, config: &SdkConfig) {
        self.access.get_or_init(|| {
            let retry = RetryConfig::standard().with_initial_backoff(Duration::from_millis(50));
            let region = config.region().map(ToString::to_string);
            let config = aws_sdk_dynamodb::config::Builder::from(config).retry_config(retry);
            Access { client: Client::from_conf(config.build()), region }
        });
    }

    /// Whether enough time has passed since the last failure.
    pub(crate) fn may_try(&self) -> bool {
        self.patience().may_try(Instant::now())
    }

    pub(super) fn failed(&self) {
        self.patience().failed(Instant::now());
    }

    pub(super) fn succeeded(&self) {
        self.patience().succeeded();
    }

    pub(super) fn time_allowed(&self) -> Duration {
        self.settings.tracking_time
    }

    pub(super) fn table(&self) -> &str {
        &self.table
    }

    fn patience(&self) -> MutexGuard<'_, Patience> {
        self.patience.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the records of all variables of one function say what it declares and performed.
    pub(super) async fn record(&self, binding: &Binding) -> Result<(), TrackingError> {
        let access = self.access.get().ok_or(TrackingError::NoClient)?;
        self.read.get_or_try_init(|| self.read_rows(access)).await?;
        // Collected first: a stream that makes them lazily is not `Send`.
        let mut merges = Vec::with_capacity(binding.variables.len());
        for variable in &binding.variables {
            merges.push(self.merge(access, binding, variable));
        }
        let results = futures::stream::iter(merges).buffer_unordered(CONCURRENCY);
        let results: Vec<Result<(), TrackingError>> = results.collect().await;
        results.into_iter().collect()
    }

    /// Reads the rows of every variable in the binary, so that a container costs one round of
    /// `BatchGetItem` however many functions it holds.
    async fn read_rows(&self, access: &Access) -> Result<(), TrackingError> {
        let names: BTreeSet<&str> =
            FUNCTIONS.iter().flat_map(|f| f.variables).map(|variable| variable.name).collect();
        let keys: Vec<String> =
            names.iter().map(|name| record::key(&self.settings.service, name)).collect();
        let batches = keys.chunks(BATCH).map(|keys| self.read_batch(access, keys));
        let items = try_join_all(batches).await?;
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        for item in items.into_iter().flatten() {
            if let Some(AttributeValue::S(key)) = item.get(KEY) {
                rows.insert(key.clone(), item);
            }
        }
        Ok(())
    }

    async fn read_batch(
        &self,
        access: &Access,
        keys: &[String],
    ) -> Result<Vec<Item>, TrackingError> {
        let key = |key: &String| Item::from([(KEY.to_owned(), AttributeValue::S(key.clone()))]);
        let wanted = KeysAndAttributes::builder().set_keys(Some(keys.iter().map(key).collect()));
        let wanted = wanted.build().map_err(|error| TrackingError::Read(error.to_string()))?;
        let mut left = Some(HashMap::from([(self.table.clone(), wanted)]));
        let mut items = Vec::new();
        let mut pause = 25;
        // Bounded by the deadline around all of tracking.
        while let Some(wanted) = left.take().filter(|wanted| !wanted.is_empty()) {
            let answer =
                access.client.batch_get_item().set_request_items(Some(wanted)).send().await;
            let answer = answer.map_err(|e| TrackingError::Read(Failure::of(&e).detail))?;
            items.extend(answer.responses.unwrap_or_default().into_values().flatten());
            left = answer.unprocessed_keys;
            if left.as_ref().is_some_and(|left| !left.is_empty()) {
                sleep(jittered(pause)).await;
                pause *= 2;
            }
        }
        Ok(items)
    }

    /// Makes one record say what one function declares of one variable, whatever others write
    /// meanwhile: where the record changed, the winner's comes back with the failure and the
    /// change is planned again from it.
    async fn merge(
        &self,
        access: &Access,
        binding: &Binding,
        variable: &BoundVariable,
    ) -> Result<(), TrackingError> {
        let usage = self.usage(access, binding, variable);
        let key = record::key(&self.settings.service, variable.declared.name);
        let mut row = self.row(&key);
        let mut pause = 1;
        // Bounded by the deadline around all of tracking.
        loop {
            let change = match record::plan(row.as_ref(), &usage) {
                Plan::UpToDate => return Ok(()),
                Plan::Update(change) => change,
                Plan::UnknownShape(why) => {
                    self.leave_alone(&key, &why);
                    return Ok(());
                }
            };
            let Expressions { update, condition, names, values } = Expressions::of(&change);
            let request = access
                .client
                .update_item()
                .table_name(&self.table)
                .key(KEY, AttributeValue::S(key.clone()))
                .update_expression(update)
                .set_condition_expression(condition)
                .set_expression_attribute_names(Some(names))
                .set_expression_attribute_values(Some(values))
                .return_values(ReturnValue::AllNew)
                .return_values_on_condition_check_failure(
                    ReturnValuesOnConditionCheckFailure::AllOld,
                );
            match request.send().await {
                Ok(answer) => {
                    if let Some(new) = answer.attributes {
                        self.rows().insert(key, new);
                    }
                    return Ok(());
                }
                Err(error) => match error.as_service_error() {
                    Some(UpdateItemError::ConditionalCheckFailedException(lost)) => {
                        row = lost.item.clone();
                        sleep(jittered(pause)).await;
                        pause = LONGEST_PAUSE.min(pause * 2);
                    }
                    _ => {
                        let detail = Failure::of(&error).detail;
                        return Err(TrackingError::Write { key, detail });
                    }
                },
            }
        }
    }

    fn usage<'u>(
        &'u self,
        access: &'u Access,
        binding: &Binding,
        variable: &'u BoundVariable,
    ) -> Usage<'u> {
        let now = DateTime::from(SystemTime::now()).fmt(Format::DateTime).unwrap_or_default();
        let value = variable.value;
        let declared = variable.declared;
        let names_a_resource = !declared.operations.is_empty() && !value.secure;
        Usage {
            service: &self.settings.service,
            variable: declared.name,
            operations: declared.operations,
            secure: value.secure,
            parameter_path: self.settings.service_path(declared.name),
            entry: Entry {
                function: binding.function.path,
                declared_at: format!("{}:{}", binding.function.file, declared.line),
                value: names_a_resource.then_some(&*value.text),
                value_source: value.source.recorded(),
                declared: declared.operations.iter().map(|operation| operation.iam()).collect(),
                observed: variable.observed().collect(),
                lambda: self.settings.lambda.as_deref(),
                version: self.settings.version.as_deref(),
                region: access.region.as_deref(),
                day: now.get(..10).unwrap_or_default().to_owned(),
            },
            now,
        }
    }

    fn rows(&self) -> MutexGuard<'_, HashMap<String, Item>> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn row(&self, key: &str) -> Option<Item> {
        self.rows().get(key).cloned()
    }

    fn leave_alone(&self, key: &str, why: &str) {
        let mut foreign = self.foreign.lock().unwrap_or_else(PoisonError::into_inner);
        if foreign.insert(key.to_owned()) {
            tracing::warn!(
                table = self.table,
                key,
                why,
                "this record is not one of the tracking table's; it is left as it is"
            );
        }
    }
}

/// Up to so many milliseconds, so that containers that started together do not stay together.
fn jittered(milliseconds: u64) -> Duration {
    Duration::from_millis(fastrand::u64(0..=milliseconds))
}
