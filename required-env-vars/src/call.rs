//! One call of an annotated function: what the generated code runs.

use std::future::Future;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::atomic::Ordering;
use std::time::Instant;

use futures::FutureExt;
use futures::future::join;

use crate::binding::{Binding, BoundVariable};
use crate::container;
use crate::declaration::Function;
use crate::error::Error;
use crate::track;

/// A call whose variables are resolved. `N` is the number of declared variables.
#[derive(Clone, Copy)]
pub struct Call<const N: usize> {
    binding: &'static Binding,
    variables: &'static [BoundVariable; N],
}

/// Resolves the function's variables, or finds that it is done: a warm call allocates nothing.
///
/// # Errors
///
/// Names every variable of the function that could not be resolved.
pub async fn enter<const N: usize>(function: &'static Function) -> Result<Call<N>, Error> {
    let binding = match function.binding() {
        Some(binding) => binding,
        // Boxed, so that the future of a warm call stays small.
        None => Box::pin(container::bind(function)).await?,
    };
    Call::new(binding)
}

impl<const N: usize> Call<N> {
    fn new(binding: &'static Binding) -> Result<Self, Error> {
        match <&[BoundVariable; N]>::try_from(binding.variables.as_slice()) {
            Ok(variables) => Ok(Self { binding, variables }),
            // The macro counts what it declares, so this cannot happen.
            Err(_) => Err(container::miscounted(binding.function)),
        }
    }

    /// The variables in the order of their declaration.
    #[must_use]
    pub fn variables(self) -> [&'static BoundVariable; N] {
        self.variables.each_ref()
    }

    /// Runs the body, with tracking beside it where there is something to track.
    pub async fn run<F: Future>(self, body: F) -> F::Output {
        if self.binding.declaration_due() {
            return Box::pin(beside(self.binding, body)).await;
        }
        let output = body.await;
        if self.binding.observation_due() {
            Box::pin(track::observations(self.binding, Instant::now())).await;
        }
        output
    }
}

/// Runs body and tracking together and answers when both are done. A body that panics does so
/// after its declarations are recorded.
async fn beside<F: Future>(binding: &'static Binding, body: F) -> F::Output {
    let body = async {
        let output = AssertUnwindSafe(body).catch_unwind().await;
        (output, Instant::now())
    };
    let ((output, body_end), ()) = join(body, track::declarations(binding)).await;
    if binding.progress.declared.load(Ordering::Acquire) {
        track::observations(binding, body_end).await;
    }
    output.unwrap_or_else(|panic| resume_unwind(panic))
}
