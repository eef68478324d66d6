//! How far the steps are that are about resources.

use required_env_vars::{Failure, Reason};

use super::facts::{Facts, Recovery, Rows};
use super::stacks::BasicOps;
use super::{Check, Commands, Status, Step};
use crate::amplify::Existence;

/// Most names that are told one by one.
const MOST_TOLD: usize = 8;
const BASIC_OPS: &str = "amplify-lambda-basic-ops";

pub(super) fn parameters(facts: &Facts, commands: &Commands) -> Check {
    let step = Step::Parameters;
    let found = match &facts.parameters {
        Ok(found) => found,
        Err(failure) => return unseen(step, "the parameters", failure),
    };
    let (published, expected) = (found.published(), found.expected);
    let other = found.dep_name.as_deref().filter(|name| *name != commands.dep_name());
    let check = if let Some(other) = other {
        let text = format!(
            "the variables that all services of the stage share are those of the deployment `{}`; check --dep-name and --stage, since a stage of an account holds those of one deployment only",
            other.escape_debug()
        );
        Check::new(step, Status::ToDo, text)
    } else if !found.missing.is_empty() {
        let missing = names(&found.missing);
        let text = match published {
            0 => format!("none of the {expected} names of tables and buckets is published"),
            _ => format!(
                "{published} of {expected} names of tables and buckets are published; missing, and needed as far as your version of the project has them: {missing}"
            ),
        };
        Check::new(step, Status::ToDo, text)
    } else if found.dep_name.is_none() || !found.log_level {
        let missing = if found.log_level { "DEP_NAME" } else { "LOG_LEVEL" };
        let text = format!(
            "all {expected} names of tables and buckets are published, but not {missing}, which all services read; it belongs into the variable file"
        );
        Check::new(step, Status::ToDo, text)
    } else {
        let text = format!("all {expected} names of tables and buckets are published");
        return Check::new(step, Status::Done, text);
    };
    check.next(commands.populate())
}

pub(super) fn route(facts: &Facts, commands: &Commands) -> Check {
    let (step, name) = (Step::Route, &facts.stack_name);
    let stack = match &facts.basic_ops {
        Ok(Some(stack)) => stack,
        Ok(None) => {
            let text = format!("there is no stack {name}");
            return Check::new(step, Status::DoesNotApply, text);
        }
        Err(failure) => return unseen(step, &format!("the stack {name}"), failure),
    };
    if is_going(stack) {
        let text = format!("the stack {name} is being deleted");
        return Check::new(step, Status::ToDo, text).next([commands.wait_for_deletion(name)]);
    }
    if !stack.owns_user_data {
        let text = format!("the stack {name} has no path /user-data (any more)");
        return Check::new(step, Status::Done, text);
    }
    let owns = format!("the stack {name} owns the path /user-data, which the base service needs");
    match &facts.old_storage {
        Ok(Rows::NoTable | Rows::None) => {
            let text = format!("{owns}, and there are no rows to keep: remove the stack");
            Check::new(step, Status::ToDo, text).next([commands.serverless(BASIC_OPS, "remove")])
        }
        rows => {
            let why = match rows {
                Ok(_) => "its user storage table has rows",
                Err(_) => "its user storage table may have rows",
            };
            let text = format!(
                "{owns}, and {why}: keep the stack, comment the path out in {BASIC_OPS}/serverless.yml, and deploy that"
            );
            Check::new(step, Status::ToDo, text).next([commands.serverless(BASIC_OPS, "deploy")])
        }
    }
}

fn is_going(stack: &BasicOps) -> bool {
    stack.status == "DELETE_IN_PROGRESS"
}

pub(super) fn base_service(facts: &Facts, commands: &Commands) -> Check {
    let step = Step::BaseService;
    let (bucket, table) = (&facts.bucket_name, &facts.storage_name);
    if let Existence::Elsewhere(region) = &facts.bucket {
        let text = format!("the bucket {bucket} is in {region}; check --region");
        return Check::new(step, Status::ToDo, text).next([commands.config_check()]);
    }
    let no_bucket = matches!(facts.bucket, Existence::Absent);
    let no_table = matches!(facts.storage, Ok(Rows::NoTable));
    let missing = match (no_bucket, no_table) {
        (true, true) => format!("neither the bucket {bucket} nor the table {table} exists"),
        (true, false) => format!("the bucket {bucket} does not exist"),
        (false, true) => format!("the table {table} does not exist"),
        (false, false) => {
            return match (&facts.bucket, &facts.storage) {
                (Existence::Unknown(failure), _) => {
                    unseen(step, &format!("the bucket {bucket}"), failure)
                }
                (_, Err(failure)) => unseen(step, &format!("the table {table}"), failure),
                _ => {
                    let text = format!("the bucket {bucket} and the table {table} exist");
                    Check::new(step, Status::Done, text)
                }
            };
        }
    };
    let elsewhere = match facts.existing {
        0 => {
            "; nothing of the deployment exists: either it is new, or --dep-name, --stage, --region or --profile is wrong"
        }
        _ => "",
    };
    let text = format!("{missing}: deploy amplify-lambda before all others{elsewhere}");
    Check::new(step, Status::ToDo, text).next(commands.deploy_base())
}

pub(super) fn backups(facts: &Facts, commands: &Commands) -> Check {
    let step = Step::Backups;
    if facts.is_fresh() {
        return Check::new(step, Status::DoesNotApply, "there is nothing to migrate");
    }
    let Recovery { on, off, unknown, failure } = &facts.recovery;
    let all = on + off.len() + unknown.len();
    if !off.is_empty() {
        let text =
            format!("{} of {all} tables have no point-in-time recovery: {}", off.len(), names(off));
        return Check::new(step, Status::ToDo, text).next(commands.backup());
    }
    if let Some(failure) = failure {
        let what = format!("the point-in-time recovery of {} tables", unknown.len());
        return unseen(step, &what, failure);
    }
    let [_, verify] = commands.backup();
    let text = format!(
        "point-in-time recovery is on for all {all} tables; backups of the last day, and versions in buckets, are not looked for here"
    );
    Check::new(step, Status::Done, text).next([verify])
}

pub(super) fn old_storage(facts: &Facts, commands: &Commands) -> Check {
    let (step, name) = (Step::OldStorage, &facts.old_storage_name);
    match &facts.old_storage {
        Ok(Rows::NoTable) => {
            Check::new(step, Status::DoesNotApply, format!("there is no table {name}"))
        }
        Ok(Rows::None) => Check::new(step, Status::Done, format!("the table {name} is empty")),
        Ok(Rows::Some) => {
            let new = match &facts.storage {
                Ok(Rows::Some) => "the new table has rows too",
                Ok(Rows::None) => "the new table is empty",
                Ok(Rows::NoTable) => "the new table does not exist yet",
                Err(_) => "the new table could not be read",
            };
            let text = format!(
                "the table {name} has rows, {new}; those that were copied stay and are not told apart here: the migration copies what is missing, and verify tells whether all is there"
            );
            Check::new(step, Status::ToDo, text).next(commands.migrate(""))
        }
        Err(failure) => unseen(step, &format!("the table {name}"), failure),
    }
}

pub(super) fn removal(facts: &Facts, commands: &Commands) -> Check {
    let (step, name) = (Step::Removal, &facts.stack_name);
    match &facts.basic_ops {
        Ok(None) => Check::new(step, Status::DoesNotApply, format!("there is no stack {name}")),
        Ok(Some(stack)) if is_going(stack) => {
            let text = format!("the stack {name} is being deleted");
            Check::new(step, Status::ToDo, text).next([commands.wait_for_deletion(name)])
        }
        Ok(Some(stack)) => {
            let text = format!(
                "the stack {name} exists ({}); its table goes with it, so that it is removed last: when verify finds no difference",
                stack.status
            );
            let remove = commands.serverless(BASIC_OPS, "remove");
            Check::new(step, Status::ToDo, text).next([commands.verify(), remove])
        }
        Err(failure) => unseen(step, &format!("the stack {name}"), failure),
    }
}

/// What could not be seen, and who can help.
pub(super) fn unseen(step: Step, what: &str, failure: &Failure) -> Check {
    let remedy = match failure.reason() {
        Reason::AccessDenied => "ask for the permission that the message names",
        Reason::BadCredentials => "sign in again",
        Reason::Unreachable => "check the network and --region, and run it again",
        Reason::Throttled => "run it again in a minute",
        _ => "see what the service says",
    };
    Check::new(step, Status::Unknown, format!("{what} could not be looked at: {failure}; {remedy}"))
}

/// The first names, and how many there are more.
fn names<S: AsRef<str>>(all: &[S]) -> String {
    let told: Vec<&str> = all.iter().take(MOST_TOLD).map(AsRef::as_ref).collect();
    match all.len().saturating_sub(MOST_TOLD) {
        0 => told.join(", "),
        more => format!("{} and {more} more", told.join(", ")),
    }
}
