//! The operations that S3 clients can call; all others are refused as not implemented.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use http_body_util::BodyExt;
use s3s::dto::*;
use s3s::{Body, S3, S3Request, S3Response, S3Result};

use super::delete::{self, DeleteOnly};
use super::world::World;
use super::{
    buckets, complete, copy, list_objects, list_uploads, list_versions, notifications, read,
    refusals, tagging, uploads, write,
};

/// The protocol layer's view of a world.
pub(super) struct Api {
    pub(super) world: Arc<Mutex<World>>,
}

impl Api {
    fn world(&self) -> MutexGuard<'_, World> {
        lock(&self.world)
    }
}

/// The world, also after a panic elsewhere: no operation leaves it half changed.
pub(super) fn lock(world: &Mutex<World>) -> MutexGuard<'_, World> {
    world.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The body of an upload, once its chunks and their signatures have been read.
async fn received(body: Option<StreamingBlob>) -> S3Result<Bytes> {
    let Some(body) = body else {
        return Ok(Bytes::new());
    };
    match Body::from(body).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) => Err(refusals::invalid_request(format!("The body cannot be read: {error}"))),
    }
}

/// What a method answers.
type Answer<T> = S3Result<S3Response<T>>;

/// Methods that only look at the input and the world.
macro_rules! delegate {
    ($($method:ident, $input:ty, $output:ty, |$world:ident, $request:ident| $answer:expr;)*) => {
        #[async_trait]
        impl S3 for Api {
            $(
                async fn $method(&self, $request: S3Request<$input>) -> Answer<$output> {
                    let mut guard = self.world();
                    let $world = &mut *guard;
                    Ok(S3Response::new($answer?))
                }
            )*

            async fn get_object(
                &self,
                request: S3Request<GetObjectInput>,
            ) -> Answer<GetObjectOutput> {
                read::get_object(&self.world(), &request.input)
            }

            async fn head_object(
                &self,
                request: S3Request<HeadObjectInput>,
            ) -> Answer<HeadObjectOutput> {
                read::head_object(&self.world(), &request.input)
            }

            async fn put_object(
                &self,
                mut request: S3Request<PutObjectInput>,
            ) -> Answer<PutObjectOutput> {
                let body = received(request.input.body.take()).await?;
                let trailers = request.trailing_headers.as_ref();
                let world = &mut *self.world();
                write::put_object(world, &request.input, &request.headers, trailers, body)
                    .map(S3Response::new)
            }

            async fn upload_part(
                &self,
                mut request: S3Request<UploadPartInput>,
            ) -> Answer<UploadPartOutput> {
                let body = received(request.input.body.take()).await?;
                let trailers = request.trailing_headers.as_ref();
                let world = &mut *self.world();
                uploads::upload_part(world, &request.input, trailers, body).map(S3Response::new)
            }
        }
    };
}

delegate! {
    create_bucket, CreateBucketInput, CreateBucketOutput, |world, request| {
        let region = request.region.as_ref().map_or(crate::REGION, |region| region.as_str());
        buckets::create_bucket(world, &request.input, region)
    };
    delete_bucket, DeleteBucketInput, DeleteBucketOutput, |world, request|
        buckets::delete_bucket(world, &request.input).map(|()| DeleteBucketOutput::default());
    head_bucket, HeadBucketInput, HeadBucketOutput, |world, request|
        buckets::head_bucket(world, &request.input);
    list_buckets, ListBucketsInput, ListBucketsOutput, |world, request|
        buckets::list_buckets(world, &request.input);
    get_bucket_location, GetBucketLocationInput, GetBucketLocationOutput, |world, request|
        buckets::get_bucket_location(world, &request.input);
    get_bucket_versioning, GetBucketVersioningInput, GetBucketVersioningOutput, |world, request|
        buckets::get_bucket_versioning(world, &request.input);
    put_bucket_versioning, PutBucketVersioningInput, PutBucketVersioningOutput, |world, request|
        buckets::put_bucket_versioning(world, &request.input)
            .map(|()| PutBucketVersioningOutput::default());
    get_bucket_notification_configuration,
        GetBucketNotificationConfigurationInput, GetBucketNotificationConfigurationOutput,
        |world, request| notifications::get(world, &request.input);
    put_bucket_notification_configuration,
        PutBucketNotificationConfigurationInput, PutBucketNotificationConfigurationOutput,
        |world, request| notifications::put(world, &request.input)
            .map(|()| PutBucketNotificationConfigurationOutput::default());

    copy_object, CopyObjectInput, CopyObjectOutput, |world, request|
        copy::copy_object(world, &request.input, &request.headers);
    delete_object, DeleteObjectInput, DeleteObjectOutput, |world, request|
        delete::delete_object(world, &request.input);
    delete_objects, DeleteObjectsInput, DeleteObjectsOutput, |world, request| {
        let only = request.extensions.get::<DeleteOnly>().copied();
        delete::delete_objects(world, &request.input, only)
    };

    list_objects, ListObjectsInput, ListObjectsOutput, |world, request|
        list_objects::list_objects(world, &request.input);
    list_objects_v2, ListObjectsV2Input, ListObjectsV2Output, |world, request|
        list_objects::list_objects_v2(world, &request.input);
    list_object_versions, ListObjectVersionsInput, ListObjectVersionsOutput, |world, request|
        list_versions::list_object_versions(world, &request.input);

    create_multipart_upload,
        CreateMultipartUploadInput, CreateMultipartUploadOutput,
        |world, request| uploads::create(world, &request.input);
    upload_part_copy, UploadPartCopyInput, UploadPartCopyOutput, |world, request|
        uploads::upload_part_copy(world, &request.input);
    complete_multipart_upload,
        CompleteMultipartUploadInput, CompleteMultipartUploadOutput,
        |world, request| complete::complete(world, &request.input);
    abort_multipart_upload, AbortMultipartUploadInput, AbortMultipartUploadOutput, |world, request|
        uploads::abort(world, &request.input).map(|()| AbortMultipartUploadOutput::default());
    list_parts, ListPartsInput, ListPartsOutput, |world, request|
        list_uploads::list_parts(world, &request.input);
    list_multipart_uploads, ListMultipartUploadsInput, ListMultipartUploadsOutput, |world, request|
        list_uploads::list_multipart_uploads(world, &request.input);

    get_object_tagging, GetObjectTaggingInput, GetObjectTaggingOutput, |world, request|
        tagging::get_object_tagging(world, &request.input);
    put_object_tagging, PutObjectTaggingInput, PutObjectTaggingOutput, |world, request|
        tagging::put_object_tagging(world, &request.input);
    delete_object_tagging, DeleteObjectTaggingInput, DeleteObjectTaggingOutput, |world, request|
        tagging::delete_object_tagging(world, &request.input);
}
