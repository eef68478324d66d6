//! What this container knows: settings, resolved values, the SDK's configuration, the tracker.
//! Made once, and once more after each restore from a snapshot.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::sync::{Mutex as SyncMutex, MutexGuard, PoisonError};

use aws_config::SdkConfig;
use tokio::sync::{Mutex, OnceCell};

use crate::binding::{Binding, BoundVariable, Progress};
use crate::clients::load_config;
use crate::declaration::{FUNCTIONS, Function};
use crate::error::{Error, Unresolved};
use crate::manifest;
use crate::resolve::{self, Resolution};
use crate::settings::Settings;
use crate::track::Tracker;
use crate::value::Value;

static CURRENT: SyncMutex<Current> = SyncMutex::new(Current { container: None, stale: false });

struct Current {
    /// Replaced, never changed, when the container is restored from a snapshot.
    container: Option<&'static Container>,
    /// It was made before a snapshot that is restored by the time a function is called.
    stale: bool,
}

struct Container {
    settings: Settings,
    config: OnceCell<SdkConfig>,
    /// Locked for as long as a resolution takes, so that concurrent first calls make one.
    values: Mutex<Values>,
    tracker: Option<Tracker>,
}

#[derive(Default)]
struct Values {
    /// Whether the union over the whole binary was asked for.
    asked: bool,
    resolved: BTreeMap<&'static str, &'static Value>,
}

/// Resolves every declaration of the binary at once, in as few calls as possible.
///
/// Meant for `main`, so that the work happens in Lambda's INIT phase. Calling it is optional: the
/// first call of an annotated function does the same. Needs a Tokio runtime. Where a function
/// is started from a snapshot (SnapStart), what was resolved here is resolved once more after the
/// restore.
///
/// Started with the argument `--required-env-vars-manifest`, the process prints its
/// [`manifest`](crate::manifest()) here and ends, without any AWS call.
///
/// # Errors
///
/// Names every variable of every function in the binary that could not be resolved.
///
/// ```no_run
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), required_env_vars::Error> {
/// required_env_vars::init().await?;
/// # Ok(())
/// # }
/// ```
pub async fn init() -> Result<(), Error> {
    if let Some(code) = manifest::printed(env::args_os()) {
        std::process::exit(code);
    }
    let result = resolve_now().await;
    if env::var_os("AWS_LAMBDA_INITIALIZATION_TYPE").is_some_and(|kind| kind == "snap-start") {
        lock().stale = true;
    }
    result
}

pub(crate) async fn resolve_now() -> Result<(), Error> {
    let container = lock().container();
    container.resolve_all().await
}

/// Forgets everything that was resolved, so that the next call of each function resolves again
/// with new clients and new connections.
///
/// For SnapStart this is automatic after [`init`]: the first call of a function does it where
/// `AWS_LAMBDA_INITIALIZATION_TYPE` is `snap-start`. Who calls annotated functions before the
/// snapshot, to warm up, registers the `SnapStart` resource, or calls this after the restore. No
/// annotated function may be running.
pub fn restored() {
    lock().forget();
}

/// Resolves one function's variables, unless that is done.
pub(crate) async fn bind(function: &'static Function) -> Result<&'static Binding, Error> {
    let container = {
        let mut current = lock();
        if current.stale {
            current.forget();
        }
        current.container()
    };
    container.bind(function).await
}

fn lock() -> MutexGuard<'static, Current> {
    CURRENT.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Current {
    fn container(&mut self) -> &'static Container {
        self.container.get_or_insert_with(|| Box::leak(Box::new(Container::new())))
    }

    fn forget(&mut self) {
        self.stale = false;
        self.container = None;
        for function in FUNCTIONS {
            function.bind(None);
        }
    }
}

impl Container {
    fn new() -> Self {
        let settings = Settings::read(|name| env::var_os(name));
        let tracker = Tracker::new(&settings);
        Self { settings, config: OnceCell::new(), values: Mutex::default(), tracker }
    }

    async fn config(&self) -> &SdkConfig {
        self.config.get_or_init(load_config).await
    }

    async fn resolve_all(&self) -> Result<(), Error> {
        let mut values = self.values.lock().await;
        let unresolved = self.resolve(&mut values, every_variable()).await;
        if self.tracker.is_some() || FUNCTIONS.iter().any(|function| function.needs_clients) {
            // The first invocation would do it otherwise.
            self.config().await;
        }
        match unresolved.is_empty() {
            true => Ok(()),
            false => Err(self.error(None, every_variable().len(), unresolved)),
        }
    }

    async fn bind(&'static self, function: &'static Function) -> Result<&'static Binding, Error> {
        let mut values = self.values.lock().await;
        if let Some(binding) = function.binding() {
            return Ok(binding);
        }
        let own: BTreeSet<&'static str> = function.variables.iter().map(|v| v.name).collect();
        let wanted = if values.asked { own.clone() } else { every_variable() };
        let unresolved = self.resolve(&mut values, wanted).await;
        let unresolved: Vec<Unresolved> =
            unresolved.into_iter().filter(|variable| own.contains(variable.name)).collect();
        if !unresolved.is_empty() {
            return Err(self.error(Some(function.path), own.len(), unresolved));
        }
        let config = match function.needs_clients || self.tracker.is_some() {
            true => Some(self.config().await),
            false => None,
        };
        if let (Some(tracker), Some(config)) = (&self.tracker, config) {
            tracker.configure(config);
        }
        let variables = function
            .variables
            .iter()
            .filter_map(|declared| {
                let value = *values.resolved.get(declared.name)?;
                Some(BoundVariable::new(declared, value, config))
            })
            .collect();
        let binding = Box::leak(Box::new(Binding {
            function,
            variables,
            tracker: self.tracker.as_ref(),
            progress: Progress::default(),
        }));
        for variable in &binding.variables {
            let _ = variable.binding.set(binding);
        }
        function.bind(Some(binding));
        Ok(binding)
    }

    /// Resolves what is wanted and not yet known; answers what could not be resolved.
    async fn resolve(
        &self,
        values: &mut Values,
        wanted: BTreeSet<&'static str>,
    ) -> Vec<Unresolved> {
        let wanted = wanted.into_iter().filter(|name| !values.resolved.contains_key(name));
        let (mut resolution, missing) = resolve::from_environment(wanted, |name| env::var_os(name));
        if !missing.is_empty() {
            let client = resolve::client(self.config().await);
            let stored = resolve::from_parameter_store(&client, &missing, |source, name| {
                self.settings.path(source, name)
            })
            .await;
            resolution.extend(stored);
        }
        values.asked = true;
        keep(values, resolution)
    }

    fn error(
        &self,
        function: Option<&'static str>,
        declared: usize,
        unresolved: Vec<Unresolved>,
    ) -> Error {
        let region = self.config.get().and_then(SdkConfig::region).map(ToString::to_string);
        Error::new(function, declared, unresolved, self.settings.clone(), region)
    }
}

fn keep(values: &mut Values, resolution: Resolution) -> Vec<Unresolved> {
    let mut unresolved = Vec::new();
    for (name, outcome) in resolution {
        match outcome {
            Ok(value) => {
                values.resolved.insert(name, Box::leak(Box::new(value)));
            }
            Err(failed) => unresolved.push(failed),
        }
    }
    unresolved
}

/// Names of all variables declared in the binary.
fn every_variable() -> BTreeSet<&'static str> {
    FUNCTIONS.iter().flat_map(|function| function.variables).map(|variable| variable.name).collect()
}

/// The error of generated code that does not fit this crate.
pub(crate) fn miscounted(function: &'static Function) -> Error {
    lock().container().error(Some(function.path), function.variables.len(), Vec::new())
}
