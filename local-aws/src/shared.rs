//! The state that all handles on a service share.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A state behind a lock. A clone is another handle on the same state.
#[derive(Default)]
pub(crate) struct Shared<T>(Arc<Mutex<T>>);

impl<T> Shared<T> {
    /// The state, also after a panic elsewhere: no operation leaves it half changed.
    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// Not derived: that would ask for a `T` that can be cloned.
impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Shared(Arc::clone(&self.0))
    }
}

/// Shows what there is by name, never what is in it.
impl<V> fmt::Debug for Shared<BTreeMap<String, V>> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.lock().keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_are_the_same_state_and_show_names_only() {
        let one = Shared::<BTreeMap<String, &str>>::default();
        let two = one.clone();
        one.lock().insert("name".to_owned(), "open sesame");
        assert_eq!(format!("{two:?}"), r#"["name"]"#);
    }

    #[test]
    fn a_panic_elsewhere_does_not_take_the_state_away() {
        let state = Shared::<u32>::default();
        let other = state.clone();
        let ended = std::thread::spawn(move || {
            *other.lock() = 7;
            let _held = other.lock();
            panic!("while it is held");
        })
        .join();
        assert!(ended.is_err());
        assert_eq!(*state.lock(), 7);
    }
}
