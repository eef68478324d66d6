//! Where in a profile a field is.

use std::fmt;

/// The names from a top-level attribute down to a field. Of text, points are between the names; a name
/// with a point in it needs the list.
///
/// ```
/// use migration_tools::profiles::Path;
///
/// assert_eq!(Path::from("profileData.name"), Path::from(["profileData", "name"]));
/// assert_eq!(Path::from(["profileData", "first.name"]).to_string(), "profileData.\"first.name\"");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Vec<String>);

impl Path {
    /// Its names.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.0
    }

    /// The top-level attribute.
    #[must_use]
    pub fn attribute(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }

    /// Whether it names a field: there is a name, and none is empty.
    #[must_use]
    pub fn names_a_field(&self) -> bool {
        !self.0.is_empty() && self.0.iter().all(|name| !name.is_empty())
    }

    /// The field of this name in the same object.
    #[must_use]
    pub fn beside(&self, name: &str) -> Self {
        let mut names = self.0.clone();
        names.pop();
        names.push(name.to_owned());
        Self(names)
    }
}

impl From<&str> for Path {
    fn from(text: &str) -> Self {
        Self(text.split('.').map(str::to_owned).collect())
    }
}

impl From<&Path> for Path {
    fn from(path: &Path) -> Self {
        path.clone()
    }
}

impl From<Vec<String>> for Path {
    fn from(names: Vec<String>) -> Self {
        Self(names)
    }
}

impl<const N: usize> From<[&str; N]> for Path {
    fn from(names: [&str; N]) -> Self {
        Self(names.into_iter().map(str::to_owned).collect())
    }
}

impl fmt::Display for Path {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, name) in self.0.iter().enumerate() {
            let point = if at == 0 { "" } else { "." };
            match name.contains('.') {
                true => write!(out, "{point}{name:?}")?,
                false => write!(out, "{point}{}", name.escape_debug())?,
            }
        }
        Ok(())
    }
}
