//! Whatever is in a service file: it is read or refused, soon, and nothing unresolved is published.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::time::{Duration, Instant};

use documents::Node;
use migration_tools::amplify::Deployment;
use migration_tools::parameter_store::{NotPublishable, ProjectScope, STANDARD_BYTES, Service};
use proptest::prelude::*;

const SERVICES: [&str; 4] = [
    include_str!("../../examples/serverless/core/serverless.yml"),
    include_str!("../../examples/serverless/admin/serverless.yml"),
    include_str!("../../examples/serverless/search/serverless.yml"),
    include_str!("../../examples/serverless/chat/serverless.yml"),
];
const VARIABLES: &[u8] = include_bytes!("../../examples/serverless/var/dev-var.yml");

/// Pieces that parsers trip over.
const PIECES: [&str; 26] = [
    "${",
    "}",
    "${self:",
    "${self:custom.depName}",
    ", ",
    "'",
    "\"",
    "# Locally Defined Variables\n",
    "# Imported Variables\n",
    "\n",
    "    ",
    "\t",
    ": ",
    "&a ",
    "*a",
    "<<: *a\n",
    "!Ref ",
    "- ",
    "|\n",
    ">-\n",
    "{",
    "[",
    "\u{feff}",
    "ä",
    "${ssm:/a, ''}",
    "environment:\n",
];

fn check(bytes: &[u8]) {
    let deployment = Deployment::new("uni", "dev").unwrap();
    let variables = Node::read("dev-var.yml", VARIABLES).unwrap();
    let scope = ProjectScope {
        deployment: &deployment,
        region: Some("eu-west-1"),
        variables: &variables,
        limit: STANDARD_BYTES,
    };
    let start = Instant::now();
    if let Ok(service) = Service::read("core", "core/serverless.yml", bytes, &scope) {
        for variable in &service.variables {
            if let Ok(value) = &variable.value {
                assert!(!value.contains("${") && !value.trim().is_empty());
                assert!(value.len() <= STANDARD_BYTES);
            }
        }
    }
    assert!(start.elapsed() < Duration::from_secs(5), "took {:?}", start.elapsed());
}

proptest! {
    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        check(&bytes);
    }

    #[test]
    fn any_pieces(pieces in proptest::collection::vec(proptest::sample::select(&PIECES[..]), 0..60)) {
        check(format!("service: x\nprovider:\n  environment:\n    # Locally Defined Variables\n    A: {}", pieces.concat()).as_bytes());
    }

    #[test]
    fn any_change_of_a_real_file(
        which in 0..SERVICES.len(),
        edits in proptest::collection::vec((any::<proptest::sample::Index>(), 0..12_usize, proptest::sample::select(&PIECES[..])), 1..8),
    ) {
        let mut text = SERVICES[which].as_bytes().to_vec();
        for (at, remove, insert) in edits {
            let at = at.index(text.len());
            let end = (at + remove).min(text.len());
            text.splice(at..end, insert.bytes());
        }
        check(&text);
    }
}

#[test]
fn what_the_files_say_of_values_is_said_by_kind() {
    let deployment = Deployment::new("uni", "dev").unwrap();
    let variables = Node::read("dev-var.yml", VARIABLES).unwrap();
    let scope = ProjectScope {
        deployment: &deployment,
        region: None,
        variables: &variables,
        limit: STANDARD_BYTES,
    };
    let admin =
        Service::read("admin", "admin/serverless.yml", SERVICES[1].as_bytes(), &scope).unwrap();
    let of = |name: &str| {
        let variable = admin.variables.iter().find(|one| one.name == name).unwrap();
        variable.value.clone().unwrap_err()
    };
    assert_eq!(of("ALERT_TOPIC_ARN"), NotPublishable::Function("Ref".to_owned()));
    assert_eq!(of("ALERT_QUEUE_ARN"), NotPublishable::NotSingle("a map"));
    assert!(!format!("{admin:?}").contains("admin-configs"), "values are nobody's business");
}
