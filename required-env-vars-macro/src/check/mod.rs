//! Every rule about an attribute and its function. All mistakes are collected; what can be guessed
//! behind a mistake is, so that the code around it still compiles and no follow-up error drowns the
//! message.

mod function;
mod operation;
mod variables;

pub(crate) use function::{EnvArgument, env_argument, shape};
pub(crate) use variables::variables;
