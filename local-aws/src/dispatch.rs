//! From an HTTP request to a service and back: recognise, record, meet the faults, handle.

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use serde_json::Value;

use crate::faults::Effect;
use crate::json::{self, AwsError};
use crate::partial;
use crate::request::{Protocol, Request, Response};
use crate::world::World;
use crate::{dynamodb, limits, response, signature, sts, throttle};

/// The largest S3 body: AWS takes 5 GiB at once, here it must fit into memory.
const S3_BODY_LIMIT: usize = 512 * 1024 * 1024;

/// The largest body of the other services: 16 MB for DynamoDB batches, and room to be refused.
const BODY_LIMIT: usize = 17 * 1024 * 1024;

/// The connection is to be closed without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection is dropped without an answer")]
pub(crate) struct Dropped;

/// Answers one HTTP request.
pub(crate) async fn serve(
    world: &World,
    http: http::Request<Incoming>,
) -> Result<Response, Dropped> {
    let (parts, body) = http.into_parts();
    // A form upload to S3 has no scope outside its body.
    let s3 = signature::scope(&parts.headers, parts.uri.query())
        .is_none_or(|scope| scope.service == "s3");
    let limit = if s3 { S3_BODY_LIMIT } else { BODY_LIMIT };
    let body = Limited::new(body, limit).collect().await;
    let too_large = matches!(&body, Err(error) if error.is::<http_body_util::LengthLimitError>());
    let request = match body {
        Ok(body) => Request::new(parts, body.to_bytes()),
        Err(_) if too_large => Request::new(parts, Bytes::new()),
        Err(_) => return Err(Dropped),
    };
    let violations = limits::check(request.service, &request.operation, &request.body);
    let number = world.calls.arrived(&request, violations);
    let response = if too_large {
        let message = format!("local-aws takes bodies of at most {limit} bytes here");
        let error = AwsError::new("RequestEntityTooLarge", message).with_status(413);
        response::error(&request, &error)
    } else {
        meet_faults(world, &request).await?
    };
    world.calls.answered(number, response.status().as_u16());
    Ok(response)
}

async fn meet_faults(world: &World, request: &Request) -> Result<Response, Dropped> {
    let plan = world.faults.consult(request);
    if !plan.delay.is_zero() {
        tokio::time::sleep(plan.delay).await;
    }
    let refuse = |error: AwsError| Ok(response::error(request, &error));
    match plan.effect {
        None | Some(Effect::Delay(_)) => Ok(handle(world, request).await),
        Some(Effect::Throttle) => refuse(throttle::throttled(request)),
        Some(Effect::TransactionConflict) => refuse(throttle::conflict(request)),
        Some(Effect::Error { status, code, message }) => {
            refuse(AwsError::new(code, message).with_status(status))
        }
        Some(Effect::Timeout) => std::future::pending().await,
        Some(Effect::DropBefore) => Err(Dropped),
        Some(Effect::DropAfter) => {
            handle(world, request).await;
            Err(Dropped)
        }
        Some(Effect::Partial(n)) => Ok(handle_partly(world, request, n).await),
    }
}

/// Answers a call by its service.
async fn handle(world: &World, request: &Request) -> Response {
    if !request.signed {
        return response::error(request, &unsigned(request));
    }
    if request.service == "s3" {
        return world.s3.handle(s3_request(request, None)).await;
    }
    let answer = match request.service {
        "dynamodb" => return dynamodb_call(world, request).await,
        "iam" => return xml(request, world.iam.handle(request)),
        "cloudformation" => return xml(request, world.cloudformation.handle(request)),
        "sts" => return xml(request, sts::handle(&request.operation)),
        _ => json_service(world, request).await,
    };
    match answer {
        Ok(value) => response::json(request, &value),
        Err(error) => response::error(request, &error),
    }
}

fn xml(request: &Request, answer: Result<String, AwsError>) -> Response {
    match answer {
        Ok(xml) => response::body(200, response::content_type(Protocol::Query), xml),
        Err(error) => response::error(request, &error),
    }
}

async fn json_service(world: &World, request: &Request) -> Result<Value, AwsError> {
    let (operation, region) = (request.operation.as_str(), request.region.as_str());
    let (prefix, _) =
        request.target().ok_or_else(|| AwsError::unknown_operation(request.service, operation))?;
    let body = json::parse(&request.body);
    match (request.service, prefix) {
        ("ssm", "AmazonSSM") => world.ssm.handle(operation, &body?, region),
        ("cognito-idp", "AWSCognitoIdentityProviderService") => {
            world.cognito.handle(operation, &body?, region)
        }
        ("secretsmanager", "secretsmanager") => {
            world.secretsmanager.handle(operation, &body?, region)
        }
        ("sqs", "AmazonSQS") => world.sqs.handle(operation, &body?, region).await,
        (service, prefix) => {
            Err(AwsError::unknown_operation(service, &format!("{prefix}.{operation}")))
        }
    }
}

async fn dynamodb_call(world: &World, request: &Request) -> Response {
    let Some((target, operation)) = request.target() else {
        let error = AwsError::unknown_operation("dynamodb", &request.operation);
        return response::error(request, &error);
    };
    let (tables, body, region) =
        (world.dynamodb.clone(), request.body.clone(), request.region.clone());
    let (target, operation) = (target.to_owned(), operation.to_owned());
    // A task of its own: a client that goes away must not leave half a restored table behind.
    let call =
        tokio::spawn(async move { tables.call(&target, &operation, body, &region).await }).await;
    match call.unwrap_or_else(|error| Err(dynamodb::internal(error))) {
        Ok(answer) => {
            response::body(answer.status, response::content_type(Protocol::Json10), answer.body)
        }
        Err(error) => response::error(request, &error),
    }
}

/// Handles the first `n` entries of a batch and reports the rest as not done.
async fn handle_partly(world: &World, request: &Request, n: usize) -> Response {
    if (request.service, request.operation.as_str()) == ("s3", "DeleteObjects") {
        return world.s3.handle(s3_request(request, Some(n))).await;
    }
    if !limits::check(request.service, &request.operation, &request.body).is_empty() {
        // Too large as a whole: a part of it must not slip through.
        return handle(world, request).await;
    }
    let cut = match partial::cut(request, n) {
        Ok(cut) => cut,
        Err(error) => return response::error(request, &error),
    };
    let Some(kept) = cut.kept.clone() else {
        if request.service == "dynamodb" {
            return response::error(request, &throttle::throttled(request));
        }
        return response::json(request, &cut.report(Value::Object(serde_json::Map::new())));
    };
    let answer = handle(world, &Request { body: kept, ..request.clone() }).await;
    if !answer.status().is_success() {
        return answer;
    }
    // The body is in memory: collecting it cannot fail or wait.
    let Ok(body) = answer.into_body().collect().await;
    match json::parse(&body.to_bytes()) {
        Ok(value) => response::json(request, &cut.report(value)),
        Err(error) => response::error(request, &error),
    }
}

/// The request as it came, for `s3s` to check and read.
fn s3_request(request: &Request, delete_only: Option<usize>) -> http::Request<Full<Bytes>> {
    let mut http = http::Request::new(Full::from(request.body.clone()));
    *http.method_mut() = request.method.clone();
    *http.uri_mut() = request.uri.clone();
    *http.headers_mut() = request.headers.clone();
    if let Some(n) = delete_only {
        http.extensions_mut().insert(crate::s3::DeleteOnly(n));
    }
    http
}

fn unsigned(request: &Request) -> AwsError {
    let message = "the request is not signed; local-aws accepts any access key id";
    if request.target().is_some() {
        AwsError::new("MissingAuthenticationTokenException", message)
    } else {
        AwsError::new("AccessDenied", message).with_status(403)
    }
}
