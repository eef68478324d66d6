use required_env_vars::{DynamoDBOperation, DynamoTable, Error, declared::dynamodb::GetItem, required_env_vars};

#[required_env_vars("FILES_TABLE" = [DynamoDBOperation::Query])]
async fn handle(env: HandleEnv) -> Result<(), Error> {
    read(&env.files_table);
    Ok(())
}

fn read(table: &DynamoTable<impl GetItem>) {
    let _ = table.get_item();
}

fn main() {}
