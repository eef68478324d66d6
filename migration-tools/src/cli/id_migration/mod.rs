//! `id-migration`: users get their new ids in every table.

pub(super) mod backups;
mod chains;
pub(super) mod map;
pub(super) mod needed;
mod plan;
pub(super) mod show;
mod summary;

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use super::console::Console;
use super::end::{End, Failed};
use super::global::Global;
use super::interrupt::Interrupt;
use super::question;
use super::session::{self, Ended, Family, Ground};
use super::settings::Settings;
use super::watch::Watch;
use crate::amplify::id_map::IdMap;
use crate::amplify::migration::{
    Chain, Choice, Migration, Plan, Rename, Step, Survey, Target, survey,
};
use crate::amplify::objects::{self, Looked, look};
use crate::amplify::tables::{Everything, Objects};
use crate::engine::events::Listener;
use crate::engine::item::Item;
use crate::engine::journal::{Journal, Place, Trace};
use crate::engine::price::Prices;
use crate::engine::settle::unsettled;
use crate::engine::stop::Stop;
use crate::engine::timeline::Timekeeper;
use crate::engine::writer::Old;
use map::MapChoice;
pub(super) use summary::Summary;

#[derive(Args, Debug)]
pub(super) struct IdMigration {
    /// End after the plan, and write nothing but the log, the plan and, where asked for, the CSV
    #[arg(long)]
    dry_run: bool,
    /// Who is renamed: columns old_id and new_id
    #[arg(long, value_name = "FILE", default_value = "migration_users.csv")]
    csv_file: PathBuf,
    /// Every user keeps the id; the file is made of the users table where it does not exist
    #[arg(long, conflicts_with = "use_sub")]
    no_id_change: bool,
    /// Users get their `sub`; the file is made of the user pool where it does not exist
    #[arg(long)]
    use_sub: bool,
    /// The user pool for --use-sub [default: COGNITO_USER_POOL_ID of the environment, or of the stage]
    #[arg(long, value_name = "ID", requires = "use_sub")]
    user_pool_id: Option<String>,
    /// Do not check that tables have backups: there is another way back
    #[arg(long)]
    dont_backup: bool,
    /// Do not ask before the run
    #[arg(long)]
    no_confirmation: bool,
    /// Old records stay, for `id-migration-cleanup`
    #[arg(long)]
    keep_old: bool,
    /// Old records that stay get the attribute `deprecated`
    #[arg(long, requires = "keep_old")]
    mark_old: bool,
    /// Only these steps: objects, storage, old-storage, tables, login
    #[arg(long, value_name = "STEP", value_delimiter = ',')]
    only: Vec<Step>,
    /// Objects stay in the buckets they are in, and shares in their table: as --only with all other steps
    #[arg(long, conflicts_with = "only")]
    without_objects: bool,
    /// Only these users: a file with an old id of the CSV on each line
    #[arg(long, value_name = "FILE")]
    users: Option<PathBuf>,
    /// Tables that the original leaves out take part: logs of operations, skills, jobs
    #[arg(long)]
    include_unlisted: bool,
    /// New ids may be old ids of others: everybody is renamed once, in phases. Nobody may write under old
    /// ids meanwhile, and only this journal can go on with it
    #[arg(long, conflicts_with_all = ["keep_old", "only", "users"])]
    allow_chains: bool,
    /// Write the plan to this file
    #[arg(long, value_name = "FILE", conflicts_with = "plan")]
    plan_out: Option<PathBuf>,
    /// Run this plan exactly as it is, or not at all
    #[arg(long, value_name = "FILE", conflicts_with = "dry_run")]
    plan: Option<PathBuf>,
    /// US dollars for a million read units and a million write units, such as 0.1415,0.7065 [default: the
    /// region's, where they are known, or those of us-east-1]
    #[arg(long, value_name = "READ,WRITE", value_parser = dollars)]
    prices: Option<(String, String)>,
}

/// Two prices, parted by a comma.
fn dollars(text: &str) -> Result<(String, String), String> {
    let (read, write) = text.split_once(',').ok_or("write two prices, such as 0.125,0.625")?;
    Prices::given("", read, write).map_err(|error| error.to_string())?;
    Ok((read.to_owned(), write.to_owned()))
}

impl IdMigration {
    /// How its log is named where no other file is given: as the guide says, dry runs too.
    pub(super) fn log(&self) -> &'static str {
        if self.dry_run { "id_migration_dry_run" } else { "id_migration_migration" }
    }

    pub(super) async fn run(self, global: &Global, console: &Console) -> Result<End, Failed> {
        self.check_steps()?;
        let settings = Settings::read(global).await?;
        let map = self.map(&settings, console).await?;
        let mut ground = Ground::survey(&settings, global, console).await?;
        let choice = self.choice();
        ground.targets.choose_readings(&map, |table| choice.points(table));
        needed::prerequisites(&settings, &ground).await?;
        if choice.settings.objects == Objects::Moved {
            ground = ground.with_storage(&settings, console).await?;
        }
        let buckets = ground.storage.as_ref().map(|storage| storage.buckets.clone());
        let assumed = Everything(buckets.unwrap_or_default());
        let families: BTreeSet<objects::Family> = objects::Family::ALL.into_iter().collect();
        let renames = map.renamed_users() > 0;
        let takes: Vec<&Target> =
            ground.targets.present.iter().filter(|one| choice.takes(one.table, renames)).collect();
        let prices = self.prices(&settings.region)?;
        let interrupt = Interrupt::listen();
        let chain = Chain::of(&map, self.include_unlisted);
        let work = Work {
            prices: &prices,
            command: &self,
            global,
            console,
            settings: &settings,
            map: &map,
            chain: &chain,
            ground: &ground,
            choice: &choice,
            takes: &takes,
            interrupt: &interrupt,
            families: &families,
            assumed: &assumed,
        };
        if self.dry_run {
            // The journal is only looked at, where there is one that nobody uses.
            let journal = match session::kept_journal(&settings, global, &ground) {
                Err(error) if chain.phases() > 1 => return Err(error),
                kept => kept.ok().flatten(),
            };
            if work.all_done(journal.as_deref())? {
                return Ok(End::Done);
            }
            let plan = work.plan(journal.as_deref()).await?;
            console.document(&plan);
            return Ok(if plan.survey.logins.strangers > 0 { End::Usage } else { End::Done });
        }
        if !self.dont_backup {
            backups::required(&settings, console, &ground, &takes).await?;
        }
        let journal = session::journal(&settings, global, &ground)?;
        session::nothing_half_undone(&journal, Family::IDS)?;
        if work.all_done(Some(&journal))? {
            return Ok(End::Done);
        }
        let plan = work.agreed_plan(&journal).await?;
        if plan.survey.logins.strangers > 0 {
            return Err(Failed::Usage(format!(
                "{} new ids are the login of somebody else, nothing was done; give these users other new ids: the dry run with -v says which records are refused",
                plan.survey.logins.strangers
            )));
        }
        if !self.no_confirmation
            && let Err(end) =
                question::yes(console, "Migrate as planned?", "--no-confirmation").await
        {
            return Ok(end);
        }
        work.migrate(&journal, &plan).await
    }

    async fn map(&self, settings: &Settings, console: &Console) -> Result<IdMap, Failed> {
        let choice = MapChoice {
            csv_file: &self.csv_file,
            no_id_change: self.no_id_change,
            use_sub: self.use_sub,
            user_pool_id: self.user_pool_id.clone(),
            users: self.users.as_deref(),
            allow_chains: self.allow_chains,
        };
        choice.read(settings, console).await
    }

    fn prices(&self, region: &str) -> Result<Prices, Failed> {
        match &self.prices {
            None => Ok(Prices::of(region)),
            Some((read, write)) => {
                Prices::given(region, read, write).map_err(|error| Failed::Usage(error.to_string()))
            }
        }
    }

    /// Objects are removed once no record points to them, so that all records that may are looked at.
    fn check_steps(&self) -> Result<(), Failed> {
        let with = |step: &Step| self.only.contains(step);
        let all = [Step::Storage, Step::Tables].iter().all(with);
        if with(&Step::Objects) && !all {
            return Err(Failed::Usage(
                "objects move together with the records that point to them: --only objects,storage,tables; `migration-tools s3-data-migration` moves objects alone, and ids stay".to_owned(),
            ));
        }
        Ok(())
    }

    fn choice(&self) -> Choice {
        let mut choice = Choice { include_unlisted: self.include_unlisted, ..Choice::default() };
        if !self.only.is_empty() {
            choice.steps = self.only.iter().copied().collect();
        }
        if self.without_objects {
            choice.steps.remove(&Step::Objects);
        }
        if choice.steps.contains(&Step::Objects) {
            choice.settings.objects = Objects::Moved;
        }
        choice
    }

    fn old(&self) -> Old {
        match (self.keep_old, self.mark_old) {
            (false, _) => Old::Delete,
            (true, false) => Old::Keep,
            (true, true) => Old::Mark,
        }
    }

    /// The command with its flags that matter, as the journal has it.
    fn words(&self) -> String {
        let mut words = vec!["id-migration".to_owned()];
        let flags = [
            (self.keep_old, "--keep-old"),
            (self.mark_old, "--mark-old"),
            (self.include_unlisted, "--include-unlisted"),
            (self.allow_chains, "--allow-chains"),
            (self.without_objects, "--without-objects"),
        ];
        words.extend(flags.iter().filter(|(is, _)| *is).map(|(_, flag)| (*flag).to_owned()));
        if !self.only.is_empty() {
            let steps: Vec<&str> = self.choice().steps.iter().map(|step| step.word()).collect();
            words.push(format!("--only {}", steps.join(",")));
        }
        words.join(" ")
    }
}

/// What one invocation works with.
struct Work<'a> {
    command: &'a IdMigration,
    global: &'a Global,
    console: &'a Console,
    settings: &'a Settings,
    map: &'a IdMap,
    chain: &'a Chain<'a>,
    ground: &'a Ground,
    choice: &'a Choice,
    takes: &'a [&'a Target],
    interrupt: &'a Interrupt,
    prices: &'a Prices,
    families: &'a BTreeSet<objects::Family>,
    /// The buckets, for who only looks.
    assumed: &'a Everything,
}

impl<'a> Work<'a> {
    fn rule(&self) -> Rename<'a> {
        Rename { assumed: self.assumed, ..Rename::new(self.map, &self.choice.settings) }
    }

    /// Reads everything, and shows and writes the plan.
    async fn plan(&self, journal: Option<&Journal>) -> Result<Plan, Failed> {
        let watch = Watch::new(self.console);
        let targets = &self.ground.targets;
        let open = journal.map(|journal| unsettled(journal, &targets.tables())).transpose()?;
        let open = open.unwrap_or_default();
        let places = |table: &'static str, item: &Item| {
            targets.place(journal?, table, item).or_else(|| {
                let key = targets.of_key(table)?.described.table.short_key(item).ok()?;
                // Whether a run that was stopped wrote it is looked up when this one begins.
                let is_open = open.contains(&(table.to_owned(), key));
                let (table, trace) = (table.to_owned(), Trace::Written);
                is_open.then_some(Place { table, key, trace, record: 0 })
            })
        };
        let interrupted = || self.interrupt.requested();
        let done = self.done(journal)?;
        let rest = (done > 0).then(|| self.chain.rest(done));
        let rule = Rename { map: rest.as_ref().unwrap_or(self.map), ..self.rule() };
        let found = survey(
            &self.ground.reader,
            &self.ground.targets,
            self.takes,
            &rule,
            &watch,
            (&interrupted, &places),
        );
        let looked = match &self.ground.storage {
            Some(storage) => look(storage, self.families, self.map, journal, &interrupted).await?,
            None => Vec::new(),
        };
        let plan = self.made((found.await?, looked), self.chain.phases() - done);
        show::plan(self.console, &plan, self.ground);
        if let Some(path) = &self.command.plan_out {
            plan::write(path, &plan)?;
            self.console.say(&format!("The plan is in {}.", path.display()));
        }
        Ok(plan)
    }

    /// The plan of the file that was given, where it still fits; or a new one.
    async fn agreed_plan(&self, journal: &Journal) -> Result<Plan, Failed> {
        let Some(path) = &self.command.plan else { return self.plan(Some(journal)).await };
        let plan = plan::read(path)?;
        let now = self.made((Survey::default(), Vec::new()), self.chain.phases());
        plan.check(&now, &self.ground.targets)?;
        for table in &plan.survey.tables {
            if let Some(target) = self.ground.targets.of_key(&table.table) {
                let seen = table.attributes.iter().map(|name| (name.clone(), is_there()));
                target.described.table.attributes.see(&seen.collect());
            }
        }
        show::plan(self.console, &plan, self.ground);
        Ok(plan)
    }

    fn made(&self, found: (Survey, Vec<Looked>), phases: usize) -> Plan {
        plan::made(
            self.settings,
            self.global,
            self.map,
            (self.choice, self.command.old()),
            self.ground,
            found,
            (phases, self.prices),
        )
    }

    async fn migrate(&self, journal: &Arc<Journal>, plan: &Plan) -> Result<End, Failed> {
        let command = self.command.words();
        let about = session::Plan {
            continues: session::continues(&journal.runs()?, &command, &plan.map),
            command,
            subject: plan.map.clone(),
            old: self.command.old(),
        };
        session::run(self.settings, self.console, journal, self.ground, about, async |session| {
            let (watch, timekeeper) = (Watch::new(self.console), Timekeeper::start());
            let listeners: &[&dyn Listener] = &[&watch, &timekeeper];
            let interrupted = || self.interrupt.requested();
            let objects = self.ground.storage.as_ref().map(|storage| {
                objects::Objects::new(
                    storage,
                    self.families,
                    (&self.ground.reader, &session.writer),
                    &listeners,
                    &interrupted,
                    setting(self.global),
                )
            });
            let migration = Migration {
                objects: objects.as_ref().map(|objects| (objects, self.map)),
                reader: &self.ground.reader,
                writer: &session.writer,
                rule: Rename { objects: objects.as_ref(), ..self.rule() },
                takes: self.takes,
                listener: &listeners,
                interrupted: &interrupted,
                at_once: usize::from(self.global.concurrency),
            };
            let begun = self.done(Some(journal))?;
            let (done, stopped) =
                self.chain.run(&migration, begun, &|phase| self.phase_done(phase)).await;
            let summary = Summary {
                timeline: timekeeper.timeline(),
                interrupted: matches!(stopped, Err(Stop::Interrupted)),
                stopped: stopped.is_err(),
                ..Summary::of(&done, plan, session, self.ground)
            };
            let shown = summary.show(self.console, session);
            let shown = shown.and_then(|()| self.phases_left(journal));
            self.console.document(&summary);
            // What stopped it is what has to be told, whatever came of it.
            stopped.or_else(|stop| if summary.interrupted { Ok(()) } else { Err(stop) })?;
            shown?;
            let end = match (summary.interrupted, done.complete()) {
                (true, _) => End::Interrupted,
                (false, true) => End::Done,
                (false, false) => End::Partly,
            };
            Ok(Ended { end, summary: serde_json::to_value(&summary).unwrap_or_default() })
        })
        .await
    }
}

/// How objects are moved.
pub(super) fn setting(global: &Global) -> objects::Setting {
    let at_once = NonZeroUsize::new(usize::from(global.concurrency));
    let standard = objects::Setting::default();
    objects::Setting {
        at_once: at_once.unwrap_or(standard.at_once),
        takes: Duration::from_secs(global.notifications_take),
        ..standard
    }
}

/// Any value: only that the attribute is there counts.
fn is_there() -> aws_sdk_dynamodb::types::AttributeValue {
    aws_sdk_dynamodb::types::AttributeValue::Null(true)
}
