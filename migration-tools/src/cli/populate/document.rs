//! The report in JSON.

use serde::Serialize;

use super::Report;
use super::render::shown;
use crate::cli::end::End;
use crate::parameter_store::Service;

#[derive(Serialize)]
pub(super) struct Document<'r> {
    command: &'static str,
    dep_name: &'r str,
    stage: &'r str,
    region: &'r str,
    dry_run: bool,
    exit: u8,
    services: Vec<&'r str>,
    parameters: Vec<ParameterLine<'r>>,
    not_published: Vec<NotPublished<'r>>,
    failed_files: Vec<FailedFile<'r>>,
    left_out: &'r [String],
    stale: Vec<&'r str>,
    references: References<'r>,
}

/// What `--print-environment` prints.
#[derive(Serialize)]
pub(super) struct Block<'r> {
    command: &'static str,
    service: &'r str,
    environment: &'r str,
}

impl<'r> Block<'r> {
    pub(super) fn of(service: &'r Service, environment: &'r str) -> Self {
        Self { command: "populate-parameter-store", service: &service.name, environment }
    }
}

#[derive(Serialize)]
struct ParameterLine<'r> {
    path: &'r str,
    action: &'static str,
    value: String,
    file: &'r str,
    line: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'r str>,
}

#[derive(Serialize)]
struct NotPublished<'r> {
    name: &'r str,
    path: &'r str,
    file: &'r str,
    line: usize,
    reason: String,
    is_failure: bool,
}

#[derive(Serialize)]
struct FailedFile<'r> {
    file: &'r str,
    reason: &'r str,
}

#[derive(Serialize)]
struct References<'r> {
    found: usize,
    defaults: usize,
    unchecked: Vec<ReferenceLine<'r>>,
    dangling: Vec<ReferenceLine<'r>>,
}

#[derive(Serialize)]
struct ReferenceLine<'r> {
    reference: &'r str,
    file: &'r str,
    line: usize,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    paths: &'r [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'r str>,
}

pub(super) fn document<'r>(report: &'r Report<'r>, end: End) -> Document<'r> {
    let deployment = &report.settings.deployment;
    let parameters = report.wanted.parameters.iter().zip(&report.fates);
    let verified = &report.verified;
    Document {
        command: "populate-parameter-store",
        dep_name: deployment.dep_name(),
        stage: deployment.stage(),
        region: &report.settings.region,
        dry_run: report.dry_run,
        exit: end.code(),
        services: report.project.services.iter().map(|one| one.name.as_str()).collect(),
        parameters: parameters
            .map(|(one, fate)| ParameterLine {
                path: &one.path,
                action: fate.word,
                value: shown(report, one).into_owned(),
                file: &one.origin.file,
                line: one.origin.place.line,
                note: fate.note.as_deref(),
            })
            .collect(),
        not_published: report
            .wanted
            .unpublished
            .iter()
            .map(|one| NotPublished {
                name: &one.name,
                path: &one.path,
                file: &one.origin.file,
                line: one.origin.place.line,
                reason: one.why.to_string(),
                is_failure: one.is_failure(),
            })
            .collect(),
        failed_files: report
            .project
            .failed
            .iter()
            .map(|one| FailedFile { file: &one.file, reason: &one.why })
            .collect(),
        left_out: &report.project.templates,
        stale: report.stale.iter().map(|one| one.path.as_str()).collect(),
        references: References {
            found: verified.found,
            defaults: verified.defaults,
            unchecked: verified
                .unchecked
                .iter()
                .map(|(written, origin, why)| ReferenceLine {
                    reference: written,
                    file: &origin.file,
                    line: origin.place.line,
                    paths: &[],
                    reason: Some(why),
                })
                .collect(),
            dangling: verified
                .dangling
                .iter()
                .map(|one| ReferenceLine {
                    reference: &one.written,
                    file: &one.origin.file,
                    line: one.origin.place.line,
                    paths: &one.paths,
                    reason: None,
                })
                .collect(),
        },
    }
}
