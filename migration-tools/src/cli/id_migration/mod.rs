//! `id-migration`.

mod map;
