//! A migration of one's own: addresses of customers in small letters.
//!
//! `own_migration TABLE` migrates, `own_migration TABLE back` takes it back.

use std::path::Path;

use aws_clients::Choice;
use aws_sdk_dynamodb::types::AttributeValue::S;
use migration_tools::engine::rewrite::{Changes, Edit, Record, Refusal, Rewrite};
use migration_tools::own::OwnTable;

/// What is to become of a customer: pure, so that it can be tested, and repeated after a crash.
pub(crate) fn in_small_letters(customer: &Record) -> Rewrite {
    let small = match customer.item.get("email") {
        None => return Rewrite::Unchanged,
        Some(S(email)) if *email == email.to_lowercase() => return Rewrite::Unchanged,
        Some(S(email)) => S(email.to_lowercase()),
        Some(_) => return Rewrite::Refused(Refusal::new("`email` is no text", "correct it")),
    };
    let set = [("email".to_owned(), small)].into();
    Rewrite::Changes(Changes::edited(Edit { set, ..Edit::default() }))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().ok_or("which table?")?;
    let config = Choice::default().load().await;
    let table = OwnTable::new(&config, &name, Path::new(".journal"));
    match arguments.next().as_deref() {
        Some("back") => println!("{:?}", table.roll_back().await?),
        _ => println!("{:?}", table.migrate(in_small_letters).await?.counts),
    }
    Ok(())
}
