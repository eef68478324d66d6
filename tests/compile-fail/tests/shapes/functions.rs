//! Free functions: generics, arguments, answers.

use required_env_vars::{DynamoDBOperation, DynamoTable, Error, required_env_vars};

/// Generic, with a where clause and a lifetime.
#[required_env_vars("A" = [DynamoDBOperation::GetItem])]
async fn generic<'a, T, const N: usize>(
    items: [T; N],
    name: &'a str,
    env: GenericEnv,
) -> Result<(&'a str, T), Error>
where
    T: Clone + Send,
{
    let _request = env.a.get_item();
    Ok((name, items[0].clone()))
}

/// Elided lifetimes, many arguments, patterns and `mut`.
#[required_env_vars("CARGO_MANIFEST_DIR" = [])]
async fn many_arguments(
    first: &str,
    (second, third): (u8, u8),
    mut fourth: Vec<u8>,
    &fifth: &u8,
    _sixth: u8,
    seventh: Option<&mut String>,
    mut env: ManyArgumentsEnv,
) -> Result<usize, Error> {
    fourth.push(second);
    if let Some(text) = seventh {
        text.push_str(first);
    }
    let before = env;
    let after = &mut env;
    assert_eq!(before.cargo_manifest_dir.name(), after.cargo_manifest_dir.name());
    Ok(fourth.len() + env.cargo_manifest_dir.len() + usize::from(third) + usize::from(fifth))
}

/// `impl Trait` as an argument and inside the returned `Result`.
#[required_env_vars("CARGO_MANIFEST_DIR" = [])]
async fn impl_trait(
    items: impl Iterator<Item = u8> + Send,
    env: ImplTraitEnv,
) -> Result<impl std::fmt::Display, Error> {
    Ok(format!("{} {}", items.count(), env.cargo_manifest_dir.value()))
}

/// Without the `Env` argument.
#[required_env_vars("A" = [DynamoDBOperation::PutItem], "B" = [])]
pub(crate) async fn no_env() -> Result<(), Error> {
    Ok(())
}

/// Destructured.
#[required_env_vars("A" = [DynamoDBOperation::Query], "TYPE" = [], "SELF" = [], "_" = [], "__X" = [])]
async fn destructured(
    DestructuredEnv { a, r#type, self_, underscore, __x, .. }: DestructuredEnv,
) -> Result<String, Error> {
    let _query = a.query();
    Ok(format!("{}{}{}{}", r#type.value(), self_.value(), underscore.value(), __x.value()))
}

/// A raw name, and a keyword for a function.
#[required_env_vars("CARGO_MANIFEST_DIR" = [])]
async fn r#try(env: TryEnv) -> Result<&'static str, Error> {
    Ok(env.cargo_manifest_dir.value())
}

/// Boxed traits: `?` and coercions know their type.
#[required_env_vars("CARGO_MANIFEST_DIR" = [])]
async fn coercions(
    env: CoercionsEnv,
) -> Result<Box<dyn std::fmt::Display>, Box<dyn std::error::Error + Send + Sync>> {
    let number: u32 = env.cargo_manifest_dir.parse()?;
    if number > 5 {
        return Ok(Box::new(number));
    }
    if number == 5 {
        return Err("five".into());
    }
    Ok(Box::new("few"))
}

/// Diverges.
#[required_env_vars("A" = [])]
async fn diverges() -> Result<std::convert::Infallible, Error> {
    loop {
        tokio::task::yield_now().await;
    }
}

type AppResult<T = ()> = Result<T, Error>;

/// An alias, and items in the body.
#[required_env_vars("CARGO_MANIFEST_DIR" = [])]
async fn alias(env: AliasEnv) -> AppResult<usize> {
    const MORE: usize = 1;
    fn add(left: usize) -> usize {
        left + MORE
    }
    Ok(add(env.cargo_manifest_dir.len()))
}

/// A unit answer through the alias's default.
#[required_env_vars("CARGO_MANIFEST_DIR" = [])]
async fn unit() -> AppResult {
    Ok(())
}

/// A helper takes any table that declares what it calls.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn read(table: &DynamoTable<impl required_env_vars::declared::dynamodb::GetItem>) -> bool {
    table.get_item().get_table_name().is_some()
}

#[required_env_vars("FILES_TABLE" = [DynamoDBOperation::GetItem, DynamoDBOperation::Scan])]
async fn with_helper(env: WithHelperEnv) -> Result<bool, Error> {
    let _scan = env.files_table.scan();
    Ok(read(&env.files_table))
}

#[tokio::test]
async fn values_arrive_and_bodies_run() -> Result<(), Error> {
    let directory = env!("CARGO_MANIFEST_DIR");
    let mut text = String::new();
    let count = many_arguments("x", (1, 2), vec![7], &3, 4, Some(&mut text)).await?;
    assert_eq!((count, &*text), (2 + directory.len() + 5, "x"));
    let shown = impl_trait([1, 2].into_iter()).await?.to_string();
    assert_eq!(shown, format!("2 {directory}"));
    assert_eq!(r#try().await?, directory);
    assert_eq!(coercions().await.err().unwrap().to_string(), "invalid digit found in string");
    assert_eq!(alias().await?, directory.len() + 1);
    unit().await
}

#[test]
fn what_needs_aws_compiles() {
    let _ = generic::<u8, 1>;
    let _ = (no_env, destructured, diverges, with_helper);
}

/// A body on one line.
#[rustfmt::skip]
#[required_env_vars("CARGO_MANIFEST_DIR" = [])]
async fn short() -> Result<(), Error> { Ok(()) }

#[tokio::test]
async fn a_body_on_one_line_brings_no_warning() {
    assert!(short().await.is_ok());
}
