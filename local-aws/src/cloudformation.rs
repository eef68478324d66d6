//! CloudFormation: which stacks there are and what is in them, as an operator reads it.
//!
//! Emulated: DescribeStacks of one stack and ListStackResources. Everything that changes stacks is not:
//! they are seeded in process, and a template is never read. Stacks have no region of their own here;
//! they are in the one that a request is signed for.
//! API: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/Welcome.html>.

use std::collections::BTreeMap;
use std::fmt;

use crate::json::AwsError;
use crate::query::{self, element, parent};
use crate::request::Request;
use crate::shared::Shared;
use crate::{ACCOUNT_ID, clock, ids, page};

/// The namespace of answers, which ends in the version of the API.
const NAMESPACE: &str = "http://cloudformation.amazonaws.com/doc/2010-05-15/";

/// The one version of the API.
const VERSION: &str = "2010-05-15";

/// The type of a resource that is a stack itself.
const NESTED: &str = "AWS::CloudFormation::Stack";

/// A page of resources, which no request can make smaller or larger.
const PAGE: usize = 100;

/// The stacks of one world. A clone is another handle on the same ones.
///
/// The methods here seed in process: they are not counted as calls and meet no faults.
#[derive(Clone, Default)]
pub struct Store(Shared<State>);

#[derive(Default)]
struct State {
    /// By name.
    stacks: BTreeMap<String, Stack>,
    /// The most resources that a page has.
    page_size: Option<usize>,
}

struct Stack {
    id: String,
    status: String,
    /// Seconds since 1970.
    created: u64,
    /// Type and status, by logical id.
    resources: BTreeMap<String, (String, String)>,
}

/// Shows which stacks there are and nothing of what is in them.
impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.lock().stacks.keys()).finish()
    }
}

impl Store {
    /// Makes a stack of resources, each a logical id and a type, such as
    /// `("Table", "AWS::DynamoDB::Table")`; one of that name is replaced. Everything in it is
    /// complete. A resource that is a stack itself leads to the stack named
    /// `{name of the stack}-{logical id}`.
    pub fn stack(&self, name: &str, resources: &[(&str, &str)]) {
        let complete = |(id, kind): &(&str, &str)| {
            ((*id).to_owned(), ((*kind).to_owned(), "CREATE_COMPLETE".to_owned()))
        };
        let stack = Stack {
            id: ids::uuid(),
            status: "CREATE_COMPLETE".to_owned(),
            created: clock::seconds(),
            resources: resources.iter().map(complete).collect(),
        };
        self.0.lock().stacks.insert(name.to_owned(), stack);
    }

    /// Sets the status of a stack, such as `DELETE_IN_PROGRESS`; does nothing without such a stack.
    pub fn set_status(&self, name: &str, status: &str) {
        if let Some(stack) = self.0.lock().stacks.get_mut(name) {
            status.clone_into(&mut stack.status);
        }
    }

    /// Sets the status of a resource, such as `DELETE_COMPLETE`; does nothing without such a resource.
    pub fn set_resource_status(&self, stack: &str, logical_id: &str, status: &str) {
        let mut state = self.0.lock();
        let resource =
            state.stacks.get_mut(stack).and_then(|one| one.resources.get_mut(logical_id));
        if let Some((_, own)) = resource {
            status.clone_into(own);
        }
    }

    /// Forgets a stack, as if it had never been.
    pub fn remove(&self, name: &str) {
        self.0.lock().stacks.remove(name);
    }

    /// From now on no page has more than `size` resources, or 1 if that is 0.
    pub fn set_page_size(&self, size: usize) {
        self.0.lock().page_size = Some(size.max(1));
    }

    /// Answers one call in XML.
    pub(crate) fn handle(&self, request: &Request) -> Result<String, AwsError> {
        let operation = request.operation.as_str();
        let given = query::parameters(request)?;
        let version = given.get("Version").map_or("NO_VERSION_SPECIFIED", String::as_str);
        if version != VERSION {
            let message = format!("Could not find operation {operation} for version {version}");
            return Err(AwsError::new("InvalidAction", message));
        }
        let state = &*self.0.lock();
        let call = Call { state, given: &given, region: &request.region, operation };
        let result = match operation {
            "DescribeStacks" => call.describe(),
            "ListStackResources" => call.resources(),
            _ => Err(AwsError::unknown_operation("cloudformation", operation)),
        }?;
        Ok(query::answer(NAMESPACE, operation, &result))
    }
}

struct Call<'c> {
    state: &'c State,
    given: &'c BTreeMap<String, String>,
    region: &'c str,
    operation: &'c str,
}

impl Call<'_> {
    fn describe(&self) -> Result<String, AwsError> {
        self.only(&["StackName"])?;
        let (name, stack) = self.named()?;
        let fields = [
            element("StackName", name),
            element("StackId", &self.arn(name, &stack.id)),
            element("CreationTime", &clock::rfc3339(stack.created)),
            element("StackStatus", &stack.status),
        ];
        Ok(parent("Stacks", &parent("member", &fields.concat())))
    }

    fn resources(&self) -> Result<String, AwsError> {
        self.only(&["StackName", "NextToken"])?;
        let (name, stack) = self.named()?;
        let start = match self.given.get("NextToken") {
            None => None,
            Some(token) => {
                Some(page::key(token).ok_or_else(|| invalid("Invalid NextToken.".to_owned()))?)
            }
        };
        let time = clock::rfc3339(stack.created);
        let entries = stack.resources.iter().map(|(id, (kind, status))| {
            let fields = [
                element("LogicalResourceId", id),
                element("PhysicalResourceId", &self.physical(name, id, kind)),
                element("ResourceType", kind),
                element("LastUpdatedTimestamp", &time),
                element("ResourceStatus", status),
            ];
            (id.as_str(), fields.concat())
        });
        let size = self.state.page_size.unwrap_or(PAGE);
        let (entries, next) = page::cut(entries, start.as_deref(), size);
        let members: String = entries.iter().map(|entry| parent("member", entry)).collect();
        let next = next.map(|token| element("NextToken", &token)).unwrap_or_default();
        Ok(parent("StackResourceSummaries", &members) + &next)
    }

    /// The stack that the request names, by its name or its ARN. What is deleted has an ARN only.
    fn named(&self) -> Result<(&str, &Stack), AwsError> {
        let Some(wanted) = self.given.get("StackName") else {
            let what = format!("{} without StackName", self.operation);
            return Err(AwsError::unknown_operation("cloudformation", &what));
        };
        let stacks = &mut self.state.stacks.iter();
        let found = stacks.find(|(name, stack)| match stack.status.as_str() {
            "DELETE_COMPLETE" => self.arn(name, &stack.id) == *wanted,
            _ => name == &wanted || self.arn(name, &stack.id) == *wanted,
        });
        match found {
            Some((name, stack)) => Ok((name, stack)),
            None => Err(invalid(format!("Stack with id {wanted} does not exist"))),
        }
    }

    fn physical(&self, stack: &str, id: &str, kind: &str) -> String {
        let name = format!("{stack}-{id}");
        match self.state.stacks.get(&name).filter(|_| kind == NESTED) {
            Some(nested) => self.arn(&name, &nested.id),
            None => name,
        }
    }

    fn arn(&self, name: &str, id: &str) -> String {
        format!("arn:aws:cloudformation:{}:{ACCOUNT_ID}:stack/{name}/{id}", self.region)
    }

    /// Refuses parameters that this emulator would have to ignore.
    fn only(&self, known: &[&str]) -> Result<(), AwsError> {
        let mut names = self.given.keys().map(String::as_str);
        match names.find(|name| !["Action", "Version"].contains(name) && !known.contains(name)) {
            None => Ok(()),
            Some(name) => {
                let what = format!("{} with {name}", self.operation);
                Err(AwsError::unknown_operation("cloudformation", &what))
            }
        }
    }
}

/// What CloudFormation says of nearly everything that is wrong with a request.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/CommonErrors.html>
fn invalid(message: String) -> AwsError {
    AwsError::new("ValidationError", message)
}
