//! The application, going on.
