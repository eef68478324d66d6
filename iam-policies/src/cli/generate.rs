//! `iam-policies generate`

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use iam_policies::arn::Parameter;
use iam_policies::generate::{self, Format, Per, Policy};
use iam_policies::needs::{Needed, needed};

use super::aws::Aws;
use super::deployment::Granting;
use super::source::Source;
use super::{CliError, Outcome, output};

/// Write the policies that functions need.
#[derive(Args, Debug)]
pub(crate) struct Generate {
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    aws: Aws,
    #[command(flatten)]
    granting: Granting,
    /// What gets a policy of its own
    #[arg(long, value_name = "WHAT", default_value = "service")]
    per: PerArgument,
    /// How policies are written
    #[arg(long, value_name = "FORMAT", default_value = "json")]
    format: FormatArgument,
    /// Write one file for each policy there, instead of all to standard output
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Say on standard error why each action is there
    #[arg(long)]
    explain: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum PerArgument {
    /// Each deployed Lambda
    Lambda,
    /// Each annotated function
    Function,
    /// Each service
    Service,
    /// Everything together
    All,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum FormatArgument {
    /// Policy documents
    Json,
    /// A CloudFormation or SAM template
    Cloudformation,
    /// Terraform
    Terraform,
    /// Statements for a serverless.yml
    Serverless,
}

impl Generate {
    pub(crate) async fn run(self) -> Result<Outcome, CliError> {
        let mut inventory = self.source.read(&self.aws).await?;
        self.granting.fill(&mut inventory)?;
        let options = self.granting.options(&self.source, &self.aws).await?;
        let per = match self.per {
            PerArgument::Lambda => Per::Lambda,
            PerArgument::Function => Per::Function,
            PerArgument::Service => Per::Service,
            PerArgument::All => Per::All,
        };
        let format = match self.format {
            FormatArgument::Json => Format::Json,
            FormatArgument::Cloudformation => Format::CloudFormation,
            FormatArgument::Terraform => Format::Terraform,
            FormatArgument::Serverless => Format::Serverless,
        };
        let mut is_complete = inventory.problems.is_empty();
        let mut policies: Vec<Vec<Policy>> = Vec::new();
        for group in generate::groups(&inventory, per) {
            let mut needed = needed(&group.usages, &options);
            if let Some(remark) = &group.remark {
                eprintln!("note: {remark}");
            }
            is_complete &= needed.gaps.is_empty();
            if !format.has_parameters() {
                is_complete &= self.close(&mut needed)?;
            }
            self.say(&group.name, &needed);
            policies.push(generate::policies(&group.name, &needed.grants));
        }
        self.write(&policies, format)?;
        Ok(Outcome::of(!is_complete))
    }

    /// A policy document has no parameters: takes out what would need one.
    fn close(&self, needed: &mut Needed) -> Result<bool, CliError> {
        if generate::lacks_place(&needed.grants) {
            return Err(CliError::Usage(
                "account or region of the resources is not known: pass --account and --region, or \
                use --format cloudformation, terraform or serverless, which need neither"
                    .to_owned(),
            ));
        }
        let (known, open) = generate::without_open_parts(std::mem::take(&mut needed.grants));
        needed.grants = known;
        for gap in &open {
            let flags: BTreeSet<String> = gap.parameters.iter().map(flag).collect();
            eprintln!(
                "gap: {}: a policy document has no parameters; give {}, or use another --format",
                gap.what,
                flags.into_iter().collect::<Vec<_>>().join(" and ")
            );
        }
        Ok(open.is_empty())
    }

    fn say(&self, name: &str, needed: &Needed) {
        for gap in &needed.gaps {
            eprintln!("gap: {}: {}", gap.key, gap.what);
        }
        for note in &needed.notes {
            eprintln!("note: {}: {}", note.key, note.what);
        }
        for wildcard in generate::forced_wildcards(&needed.grants) {
            eprintln!("note: {wildcard}");
        }
        if self.explain {
            eprint!("{}", generate::explanation(name, &needed.grants));
        }
    }

    fn write(&self, policies: &[Vec<Policy>], format: Format) -> Result<(), CliError> {
        let Some(folder) = &self.out else {
            return output::print(&generate::written(&policies.concat(), format));
        };
        std::fs::create_dir_all(folder)
            .map_err(|source| CliError::Write { path: folder.clone(), source })?;
        let mut taken = BTreeSet::new();
        for policy in policies.iter().flatten() {
            let mut name = file_name(&policy.name);
            while !taken.insert(name.to_ascii_lowercase()) {
                name.push('_');
            }
            let path = folder.join(format!("{name}.{}", format.extension()));
            output::write(&path, &generate::written(std::slice::from_ref(policy), format))?;
        }
        Ok(())
    }
}

/// The option that fills in what is open.
fn flag(open: &Parameter) -> String {
    match (open.name.as_str(), open.name.strip_suffix("_ROLE")) {
        ("STAGE", _) => "--stage NAME".to_owned(),
        ("SERVICE_NAME", _) => "--service NAME".to_owned(),
        (_, Some(variable)) if open.what.starts_with("name of the role that is passed") => {
            format!("--pass-role {variable}=ROLE")
        }
        (name, _) => format!("--value {name}=..."),
    }
}

/// Names come from outside: no separators, no leading dot.
fn file_name(name: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    let name: String =
        name.chars().map(|letter| if plain(letter) { letter } else { '-' }).collect();
    name.trim_start_matches('.').to_owned()
}
