//! What the end-to-end tests share: a world with a tracking table in it, and Lambdas to run there.
