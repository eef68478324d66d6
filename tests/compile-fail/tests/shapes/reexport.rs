//! The crate under another path.

/// Somebody re-exports the crate.
mod prelude {
    /// The crate under another path.
    pub use required_env_vars as vars;
}

use prelude::vars::{DynamoDBOperation, Error};

#[prelude::vars::required_env_vars(crate = prelude::vars, "A" = [DynamoDBOperation::GetItem], "B" = [])]
async fn handle(env: HandleEnv) -> Result<usize, Error> {
    let _request = env.a.get_item();
    Ok(env.b.len())
}

#[test]
fn a_re_exported_crate_compiles() {
    let _ = handle;
}
