//! The operations on buckets themselves.

use s3s::dto::{
    BucketLocationConstraint, BucketVersioningStatus, CreateBucketInput, CreateBucketOutput,
    DeleteBucketInput, GetBucketLocationInput, GetBucketLocationOutput, GetBucketVersioningInput,
    GetBucketVersioningOutput, HeadBucketInput, HeadBucketOutput, ListBucketsInput,
    ListBucketsOutput, Owner, PutBucketVersioningInput,
};
use s3s::{S3Error, S3ErrorCode, S3Result};

use super::bucket::{Bucket, Versioning};
use super::listing::{Scope, walk};
use super::world::{World, now};
use super::{refusals, write};

/// The region whose buckets have no location constraint.
const FIRST_REGION: &str = "us-east-1";

/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html>.
const MOST_BUCKETS: usize = 10_000;

/// The account as the owner of everything, by its canonical user id.
pub(super) fn owner() -> Owner {
    Owner { id: Some("0123456789abcdef".repeat(4)), display_name: None }
}

/// `CreateBucket` at the endpoint of `region`.
pub(super) fn create_bucket(
    world: &mut World,
    input: &CreateBucketInput,
    region: &str,
) -> S3Result<CreateBucketOutput> {
    write::check_acl(input.acl.as_ref().map(|acl| acl.as_str()))?;
    if input.object_lock_enabled_for_bucket == Some(true) {
        return Err(refusals::not_emulated("object lock"));
    }
    let constraint = input
        .create_bucket_configuration
        .as_ref()
        .and_then(|configuration| configuration.location_constraint.as_ref())
        .map(BucketLocationConstraint::as_str)
        .filter(|text| !text.is_empty());
    let home = home(constraint, region)?;
    if let Some(bucket) = world.buckets.get(&input.bucket) {
        // Only the oldest region lets an owner create a bucket twice.
        if bucket.region != FIRST_REGION || home != FIRST_REGION {
            return Err(S3Error::with_message(
                S3ErrorCode::BucketAlreadyOwnedByYou,
                "Your previous request to create the named bucket succeeded and you already own \
                 it.",
            ));
        }
    } else {
        world.buckets.insert(input.bucket.clone(), Bucket::new(home, now()));
    }
    Ok(CreateBucketOutput { location: Some(format!("/{}", input.bucket)) })
}

fn home<'a>(constraint: Option<&'a str>, region: &'a str) -> S3Result<&'a str> {
    let illegal = |constraint: &str| {
        Err(S3Error::with_message(
            S3ErrorCode::IllegalLocationConstraintException,
            format!(
                "The {constraint} location constraint is incompatible for the region specific \
                 endpoint this request was sent to."
            ),
        ))
    };
    match constraint {
        None if region == FIRST_REGION => Ok(FIRST_REGION),
        None => illegal("unspecified"),
        Some(FIRST_REGION) => Err(S3Error::with_message(
            S3ErrorCode::InvalidLocationConstraint,
            "The specified location-constraint is not valid",
        )),
        Some(constraint) if region == FIRST_REGION || region == constraint => Ok(constraint),
        Some(constraint) => illegal(constraint),
    }
}

/// `DeleteBucket`, which refuses while any version or delete marker is left.
pub(super) fn delete_bucket(world: &mut World, input: &DeleteBucketInput) -> S3Result<()> {
    let bucket = world.bucket(&input.bucket, input.expected_bucket_owner.as_deref())?;
    if !bucket.objects.is_empty() {
        return Err(S3Error::with_message(
            S3ErrorCode::BucketNotEmpty,
            if bucket.versioning == Versioning::Off {
                "The bucket you tried to delete is not empty"
            } else {
                "The bucket you tried to delete is not empty. You must delete all versions in the \
                 bucket."
            },
        ));
    }
    world.buckets.remove(&input.bucket);
    Ok(())
}

/// `HeadBucket`.
pub(super) fn head_bucket(world: &World, input: &HeadBucketInput) -> S3Result<HeadBucketOutput> {
    let bucket = world.bucket(&input.bucket, input.expected_bucket_owner.as_deref())?;
    Ok(HeadBucketOutput {
        bucket_region: Some(bucket.region.clone()),
        ..HeadBucketOutput::default()
    })
}

/// `ListBuckets`.
pub(super) fn list_buckets(world: &World, input: &ListBucketsInput) -> S3Result<ListBucketsOutput> {
    let most = match input.max_buckets {
        None => MOST_BUCKETS,
        Some(wanted) => usize::try_from(wanted)
            .ok()
            .filter(|most| (1..=MOST_BUCKETS).contains(most))
            .ok_or_else(|| refusals::invalid_argument("max-buckets must be between 1 and 10000"))?,
    };
    let scope = Scope::new(input.prefix.as_deref(), None, input.continuation_token.as_deref());
    let mut names = walk(&world.buckets, scope, |bucket: &Bucket| {
        input.bucket_region.as_ref().is_none_or(|region| *region == bucket.region)
    });
    let mut buckets = Vec::new();
    for group in names.by_ref().take(most) {
        let super::listing::Group::Key(name, bucket) = group else {
            continue;
        };
        buckets.push(s3s::dto::Bucket {
            name: Some(name.to_owned()),
            creation_date: Some(bucket.created.clone()),
            bucket_region: Some(bucket.region.clone()),
        });
    }
    let last = buckets.last().and_then(|bucket| bucket.name.clone());
    let continuation_token = names.next().and(last);
    Ok(ListBucketsOutput {
        buckets: Some(buckets),
        continuation_token,
        owner: Some(owner()),
        prefix: input.prefix.clone(),
    })
}

/// `GetBucketLocation`: nothing for the oldest region.
pub(super) fn get_bucket_location(
    world: &World,
    input: &GetBucketLocationInput,
) -> S3Result<GetBucketLocationOutput> {
    let bucket = world.bucket(&input.bucket, input.expected_bucket_owner.as_deref())?;
    let elsewhere = (bucket.region != FIRST_REGION).then(|| bucket.region.clone());
    Ok(GetBucketLocationOutput {
        location_constraint: elsewhere.map(BucketLocationConstraint::from),
    })
}

/// `GetBucketVersioning`: nothing where it was never set.
pub(super) fn get_bucket_versioning(
    world: &World,
    input: &GetBucketVersioningInput,
) -> S3Result<GetBucketVersioningOutput> {
    let status =
        match world.bucket(&input.bucket, input.expected_bucket_owner.as_deref())?.versioning {
            Versioning::Off => None,
            Versioning::Enabled => {
                Some(BucketVersioningStatus::from_static(BucketVersioningStatus::ENABLED))
            }
            Versioning::Suspended => {
                Some(BucketVersioningStatus::from_static(BucketVersioningStatus::SUSPENDED))
            }
        };
    Ok(GetBucketVersioningOutput { status, mfa_delete: None })
}

/// `PutBucketVersioning`.
pub(super) fn put_bucket_versioning(
    world: &mut World,
    input: &PutBucketVersioningInput,
) -> S3Result<()> {
    if input.versioning_configuration.mfa_delete.is_some() {
        return Err(refusals::not_emulated("MFA delete"));
    }
    let bucket = world.bucket_mut(&input.bucket, input.expected_bucket_owner.as_deref())?;
    bucket.versioning =
        match input.versioning_configuration.status.as_ref().map(BucketVersioningStatus::as_str) {
            Some(BucketVersioningStatus::ENABLED) => Versioning::Enabled,
            Some(BucketVersioningStatus::SUSPENDED) => Versioning::Suspended,
            _ => {
                return Err(S3Error::with_message(
                    S3ErrorCode::IllegalVersioningConfigurationException,
                    "The Versioning element must be specified",
                ));
            }
        };
    Ok(())
}
