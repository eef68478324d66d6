//! The plan in words.

use indicatif::HumanBytes;

use super::super::console::Console;
use super::super::session::Ground;
use crate::amplify::migration::{Plan, Surveyed};
use crate::amplify::objects::Looked;

/// Shows what a run would do.
pub(super) fn plan(console: &Console, plan: &Plan, ground: &Ground) {
    console.say(&format!(
        "Plan for {}, stage {}, region {}: {} users, {} get another id.",
        plan.dep_name, plan.stage, plan.region, plan.users, plan.renamed
    ));
    if plan.phases > 1 {
        console.say(&format!(
            "Some new ids are old ids of others: it takes {} phases, each over all tables and complete before the next. Keep the journal; without it a half-done chain cannot be gone on with.",
            plan.phases
        ));
    }
    if plan.survey.tables.is_empty() {
        console.say("No table takes part: no id changes, and there is no old user storage.");
    }
    for table in &plan.survey.tables {
        let line = line(table);
        if table.counts.written() + table.counts.open() + table.counts.kept > 0 {
            console.say(&line);
        } else {
            console.detail(&line);
        }
        if let Some(because) = &table.looked_up {
            console.say(&format!("    {because}"));
        }
        for (reason, count) in &table.reasons {
            console.problem(&format!("    {count} refused: {reason}"));
        }
    }
    objects(console, &plan.objects);
    if plan.absent.is_empty() {
        console.say("Every table exists.");
    } else {
        console.say(&format!(
            "{} tables do not exist and are left out (-v names them).",
            plan.absent.len()
        ));
    }
    logins(console, plan);
    let deleted = match plan.old.as_str() {
        "delete" => "Old records go, each in the transaction that writes the new one.",
        "mark" => "Old records stay and get the attribute `deprecated`.",
        _ => "Old records stay.",
    };
    console.say(deleted);
    let large: u64 = plan.survey.tables.iter().map(|table| table.counts.large).sum();
    if large > 0 {
        console.say(&format!("{large} records are near the 400 KB that DynamoDB takes."));
    }
    let cost = &plan.cost;
    console.say(&format!(
        "It takes {} read units and {} write units, indexes included: {} US dollars on demand ({}), and {} s at the very least.",
        cost.read_units, cost.write_units, cost.dollars, cost.prices, cost.seconds
    ));
    console.say(&format!(
        "{} calls were made for this plan; it counted every record itself, the sizes that AWS tells are up to six hours old.",
        ground.calls.count()
    ));
}

/// Shows which objects would be copied, and what is kept quiet meanwhile.
pub(in crate::cli) fn objects(console: &Console, all: &[Looked]) {
    for one in all {
        let mut line = format!(
            "  {:<42} {:>8} objects, {:>9}",
            one.label,
            one.objects,
            HumanBytes(one.bytes).to_string()
        );
        if one.moves > 0 {
            line += &format!(", {} to copy ({})", one.moves, HumanBytes(one.moved_bytes));
        }
        if one.copied > 0 {
            line += &format!(", {} copied before", one.copied);
        }
        if one.unknown > 0 {
            line += &format!(", {} of unknown owners stay", one.unknown);
        }
        if one.moves + one.copied + one.unknown > 0 {
            console.say(&line);
        } else {
            console.detail(&line);
        }
        for arn in &one.suspends {
            console.say(&format!(
                "    {arn} is kept quiet for about two minutes while they are copied, so that it does not take them for new ones; what others put there meanwhile it does not hear of either"
            ));
        }
    }
}

fn line(table: &Surveyed) -> String {
    let counts = &table.counts;
    let mut line = format!(
        "  {:<42} {:>8} records, {:>9}",
        table.table,
        counts.records,
        HumanBytes(counts.bytes).to_string()
    );
    let parts = [
        (counts.moved, "to move"),
        (counts.copied, "to copy"),
        (counts.edited, "to change"),
        (counts.deleted, "to delete, their copies are there"),
        (counts.merged, "of them with a record that stands there"),
        (counts.kept, "kept from before"),
        (counts.refused, "refused"),
        (counts.leftovers, "old ids that stay"),
    ];
    for (count, what) in parts.iter().filter(|(count, _)| *count > 0) {
        line += &format!(", {count} {what}");
    }
    line
}

fn logins(console: &Console, plan: &Plan) {
    let logins = &plan.survey.logins;
    if plan.renamed == 0 || !plan.steps.iter().any(|step| step == "login") {
        return;
    }
    console.say(&format!(
        "Logins: {} under the old id, {} under both, {} under the new id only, {} under neither.",
        logins.old_only, logins.both, logins.new_only, logins.neither
    ));
    let data =
        plan.survey.tables.iter().filter(|table| table.table != "COGNITO_USERS_DYNAMODB_TABLE");
    let to_move: u64 = data.map(|table| table.counts.written()).sum();
    if logins.new_only > 0 && to_move > 0 {
        console.say(
            "Some logins are under the new id already and data is still under old ids: an earlier migration was not finished. This one finishes it.",
        );
    }
    if logins.strangers > 0 {
        console.problem(&format!(
            "{} new ids are the login of somebody else (the addresses differ); nothing can be migrated until these users get other new ids.",
            logins.strangers
        ));
    }
}
