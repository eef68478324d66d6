//! Methods, which have no `Env` argument.

use required_env_vars::{DynamoDBOperation, Error, required_env_vars};

/// Holds something.
#[derive(Debug, Default)]
pub struct Service<T> {
    count: usize,
    other: T,
}

/// Does something.
pub trait Handle {
    /// The answer.
    type Answer;
    /// Handles.
    fn handle(&mut self, event: &str) -> impl Future<Output = Result<Self::Answer, Error>>;
}

impl<T: Clone> Service<T> {
    /// Borrows.
    ///
    /// # Errors
    /// A variable is missing.
    #[required_env_vars("CARGO_MANIFEST_DIR" = [DynamoDBOperation::GetItem])]
    pub async fn by_reference(&self, more: usize) -> Result<usize, Error> {
        Ok(self.count + more)
    }

    #[required_env_vars("CARGO_MANIFEST_DIR" = [DynamoDBOperation::GetItem])]
    async fn by_mutable_reference(&mut self) -> Result<&mut usize, Error> {
        self.count += 1;
        Ok(&mut self.count)
    }

    #[required_env_vars("CARGO_MANIFEST_DIR" = [])]
    async fn by_value(mut self) -> Result<Self, Error> {
        self.count += 1;
        Ok(self)
    }

    #[required_env_vars("CARGO_MANIFEST_DIR" = [])]
    async fn boxed(self: Box<Self>) -> Result<T, Error> {
        Ok(self.other)
    }

    #[required_env_vars("CARGO_MANIFEST_DIR" = [])]
    async fn without_receiver(other: &T) -> Result<Self, Error> {
        Ok(Self { count: 0, other: other.clone() })
    }
}

impl Handle for Service<u8> {
    type Answer = usize;

    #[required_env_vars("CARGO_MANIFEST_DIR" = [])]
    async fn handle(&mut self, event: &str) -> Result<Self::Answer, Error> {
        Ok(event.len() + self.count)
    }
}

#[tokio::test]
async fn methods_run() -> Result<(), Error> {
    let mut service = Service::<u8>::default();
    assert_eq!(service.by_reference(1).await?, 1);
    *service.by_mutable_reference().await? += 5;
    assert_eq!(service.handle("event").await?, 11);
    let service = service.by_value().await?;
    assert_eq!(service.count, 7);
    assert_eq!(Box::new(service).boxed().await?, 0);
    assert_eq!(Service::without_receiver(&1_u8).await?.other, 1);
    Ok(())
}
