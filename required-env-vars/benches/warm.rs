//! What a warm invocation of a handler with ten variables costs over the bare function.
//!
//! `cargo bench -p required-env-vars`. The variables are those that Cargo sets for every benchmark.

use divan::{AllocProfiler, Bencher, black_box};
use required_env_vars::{DynamoDBOperation, required_env_vars};
use tokio::runtime::{Builder, Runtime};

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

#[required_env_vars(
    "CARGO_MANIFEST_DIR" = [DynamoDBOperation::GetItem, DynamoDBOperation::PutItem],
    "CARGO_PKG_NAME" = [DynamoDBOperation::Query],
    "CARGO_PKG_VERSION" = [DynamoDBOperation::GetItem],
    "CARGO_PKG_VERSION_MAJOR" = [],
    "CARGO_PKG_VERSION_MINOR" = [],
    "CARGO_PKG_VERSION_PATCH" = [],
    "CARGO_PKG_DESCRIPTION" = [],
    "CARGO_PKG_LICENSE" = [],
    "CARGO_PKG_RUST_VERSION" = [],
    "CARGO_MANIFEST_PATH" = [],
)]
async fn annotated(factor: usize, env: AnnotatedEnv) -> Result<usize, required_env_vars::Error> {
    Ok(factor * black_box(env.cargo_pkg_name.len()))
}

async fn bare(factor: usize, name: &str) -> Result<usize, required_env_vars::Error> {
    Ok(factor * black_box(name.len()))
}

fn runtime() -> Runtime {
    match Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("no runtime: {error}");
            std::process::exit(1)
        }
    }
}

/// Each sample is a thousand calls, so that entering the runtime does not count.
const CALLS: usize = 1_000;

#[divan::bench]
fn warm_call_of_ten_variables_x1000(bencher: Bencher<'_, '_>) {
    let runtime = runtime();
    if let Err(error) = runtime.block_on(annotated(1)) {
        eprintln!("{error}");
        return;
    }
    bencher.counter(CALLS).bench_local(|| {
        runtime.block_on(async {
            for factor in 0..CALLS {
                let _ = black_box(annotated(black_box(factor)).await);
            }
        });
    });
}

#[divan::bench]
fn bare_function_x1000(bencher: Bencher<'_, '_>) {
    let runtime = runtime();
    bencher.counter(CALLS).bench_local(|| {
        runtime.block_on(async {
            for factor in 0..CALLS {
                let _ = black_box(bare(black_box(factor), black_box("required-env-vars")).await);
            }
        });
    });
}

fn main() {
    divan::main();
}
