//! What is known about one operation, and the macro that turns a table of such rows into an enum.
//!
//! A further fact about every operation is a field of [`Facts`] and a column of the tables, nothing
//! else.

use crate::{Resource, Service};

/// How a call takes the resource that a variable holds.
///
/// A variable holds what its service calls a resource by: a table's or bucket's name, a queue's
/// URL, a function's name or ARN, a user pool's id. Whether a member takes that very value is a
/// reviewed rule per service, not something AWS publishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Target {
    /// The operation acts on that very kind of resource, and this top-level input member takes it,
    /// spelled as in the API: `TableName`, `modelId`. The
    /// member is a string, or a list of strings of which it is one (`Names` of `GetParameters`).
    Member(&'static str),
    /// The call takes it, but the caller has to say where: inside a structure (`BatchGetItem`),
    /// inside a statement (`ExecuteStatement`), as an ARN (`TagResource`), as the id of something
    /// that belongs to it (`DeleteBackup`, `InitiateAuth`), or in one of two members
    /// (`RestoreTableToPointInTime`). So is what acts on another kind of resource of the service,
    /// whose id the variable does not hold (`GetLayerVersion`, `ApplyGuardrail`).
    Nested,
    /// The call takes no such resource: it lists or creates resources (`ListTables`), or it
    /// concerns something else.
    None,
}

/// One row of a table.
pub(crate) struct Facts {
    pub(crate) name: &'static str,
    pub(crate) iam: &'static str,
    pub(crate) service: Service,
    pub(crate) resource: Resource,
    pub(crate) target: Target,
    pub(crate) sdk_method: Option<&'static str>,
}

/// An enum of operations from a table: `Name: Service, Resource, target, SDK method;` per
/// operation.
macro_rules! operations {
    (
        $(#[$meta:meta])*
        $enum:ident, $prefix:literal {
            $($name:ident: $service:ident, $resource:ident, $target:expr, $sdk_method:expr;)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $enum {
            $(
                #[doc = concat!("`", $prefix, ":", stringify!($name), "`")]
                $name,
            )*
        }

        impl $enum {
            /// Every operation, in the order of the APIs and, within an API, of the names.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            const FACTS: &'static [crate::facts::Facts] = &[$(crate::facts::Facts {
                name: stringify!($name),
                iam: concat!($prefix, ":", stringify!($name)),
                service: crate::Service::$service,
                resource: crate::Resource::$resource,
                target: $target,
                sdk_method: $sdk_method,
            }),*];

            const fn facts(self) -> &'static crate::facts::Facts {
                &Self::FACTS[self as usize]
            }

            /// The name as the API spells it: `GetItem`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                self.facts().name
            }

            /// The service's IAM prefix and the API name: `dynamodb:GetItem`. This is how tracking
            /// records name an operation. It is not always an IAM action: `s3:ListObjectsV2` is
            /// allowed by `s3:ListBucket`.
            #[must_use]
            pub const fn iam(self) -> &'static str {
                self.facts().iam
            }

            /// The API the operation belongs to.
            #[must_use]
            pub const fn service(self) -> crate::Service {
                self.facts().service
            }

            /// The kind of resource the operation acts on; see [`Resource`](crate::Resource) for
            /// what is approximate.
            #[must_use]
            pub const fn resource(self) -> crate::Resource {
                self.facts().resource
            }

            /// How the call takes the variable's own resource.
            #[must_use]
            pub const fn target(self) -> crate::Target {
                self.facts().target
            }

            /// The method of the Rust SDK's client, `get_item`; `None` when the SDK releases this
            /// workspace asks for do not have the operation (deprecated ones, or ones newer than
            /// they are). Of a service whose SDK crate the workspace does not ask for, every
            /// method is named, by the SDK's rule.
            #[must_use]
            pub const fn sdk_method(self) -> Option<&'static str> {
                self.facts().sdk_method
            }
        }

        impl std::fmt::Display for $enum {
            /// The IAM spelling: `dynamodb:GetItem`.
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.iam())
            }
        }
    };
}

pub(crate) use operations;
