//! Whether copies stand as S3 said it made them: size and ETag.
//!
//! Copies of neighbours stand beside each other, so that a page of a listing shows up to a thousand of
//! them. Where a page shows few, those that follow are asked for one by one: S3 takes for a listing what
//! it takes for twelve such calls.
//! <https://aws.amazon.com/s3/pricing/>

use std::collections::HashMap;

use aws_sdk_s3::Client;
use futures::{StreamExt, stream};
use tokio::sync::Semaphore;

use super::compare::image;
use super::list::page_after;
use super::stop_of;
use crate::engine::stop::Stop;

/// A listing has to show so many.
const WORTH: usize = 16;
const NOT_AS_MADE: &str = "the copy is not as it was made; run it again";

/// Nothing, or why a copy is not proven.
pub(super) type Verdict = Result<(), String>;

/// What must stand where a copy was made.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Made {
    pub(super) key: String,
    pub(super) etag: String,
    pub(super) size: u64,
}

impl Made {
    /// Asks for this one: nothing, or why it is not proven.
    pub(super) async fn look(
        &self,
        client: &Client,
        label: &'static str,
        bucket: &str,
    ) -> Result<Verdict, Stop> {
        match image(client, bucket, &self.key).await {
            Ok(Some(image)) => Ok(self.verdict(&image.etag, image.size)),
            // Whoever was faster has the last word, and the next pass looks again.
            Ok(None) => Ok(Err(NOT_AS_MADE.to_owned())),
            Err(failure) => match stop_of(label, &failure) {
                Some(stop) => Err(stop),
                None => Ok(Err(format!("the copy cannot be looked at: {failure}"))),
            },
        }
    }

    fn verdict(&self, etag: &str, size: u64) -> Verdict {
        match self.etag == etag && self.size == size {
            true => Ok(()),
            false => Err(NOT_AS_MADE.to_owned()),
        }
    }
}

/// Looks at the copies in a bucket.
pub(super) struct Look<'a> {
    pub(super) client: &'a Client,
    pub(super) label: &'static str,
    pub(super) bucket: &'a str,
    /// Calls at once.
    pub(super) permits: &'a Semaphore,
}

impl Look<'_> {
    /// For each copy that could be looked at nothing, or why it is not proven; and what ends the work on
    /// more than one object.
    pub(super) async fn at(&self, made: &[&Made]) -> (Vec<Option<Verdict>>, Result<(), Stop>) {
        let mut order: Vec<usize> = (0..made.len()).collect();
        let key = |at: usize| made.get(at).map_or("", |made| made.key.as_str());
        order.sort_by(|one, other| key(*one).cmp(key(*other)));
        let prefix = match (order.first(), order.last()) {
            (Some(first), Some(last)) => common(key(*first), key(*last)),
            _ => return (Vec::new(), Ok(())),
        };
        let mut verdicts = vec![None; made.len()];
        let mut alone = Vec::new();
        let mut few = 0;
        let mut rest = order.as_slice();
        while let Some((first, more)) = rest.split_first() {
            alone.push(*first);
            let page = match more.len() < WORTH {
                true => None,
                // Where listing is denied, one by one is left; as where a page says nothing.
                false => page_after(self.client, (self.bucket, prefix), key(*first)).await.ok(),
            };
            let page = page.filter(|page| page.next.is_none() || !page.objects.is_empty());
            let Some(page) = page else {
                alone.extend(more);
                break;
            };
            let end = page.objects.last().filter(|_| page.next.is_some());
            let shown = end
                .map_or(more.len(), |end| more.partition_point(|at| key(*at) <= end.key.as_str()));
            let (shown, after) = more.split_at(shown);
            let there: HashMap<&str, _> =
                page.objects.iter().map(|one| (one.key.as_str(), one)).collect();
            for at in shown {
                let Some((made, verdict)) = made.get(*at).zip(verdicts.get_mut(*at)) else {
                    continue;
                };
                *verdict = Some(match there.get(made.key.as_str()) {
                    Some(listed) => made.verdict(&listed.etag, listed.size),
                    None => Err(NOT_AS_MADE.to_owned()),
                });
            }
            few = if shown.len() < WORTH { WORTH.max(few * 4) } else { 0 };
            let (next, after) = after.split_at(few.min(after.len()));
            alone.extend(next);
            rest = after;
        }
        let asked = alone.into_iter().map(|at| async move {
            let _permit = self.permits.acquire().await;
            match made.get(at) {
                Some(made) => (at, made.look(self.client, self.label, self.bucket).await),
                None => (at, Ok(Err(NOT_AS_MADE.to_owned()))),
            }
        });
        let mut ended = Ok(());
        let mut asked = stream::iter(asked).buffer_unordered(made.len().max(1));
        while let Some((at, one)) = asked.next().await {
            match (one, verdicts.get_mut(at)) {
                (Ok(one), Some(verdict)) => *verdict = Some(one),
                (Err(stop), _) => ended = ended.and(Err(stop)),
                (Ok(_), None) => {}
            }
        }
        (verdicts, ended)
    }
}

/// What two names begin with.
fn common<'k>(one: &'k str, other: &str) -> &'k str {
    let same = one.chars().zip(other.chars()).take_while(|(one, other)| one == other);
    let bytes: usize = same.map(|(one, _)| one.len_utf8()).sum();
    one.get(..bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
    use local_aws::{ACCESS_KEY_ID, Effect, Fault, LocalAws, SECRET_ACCESS_KEY};

    use super::*;

    const BUCKET: &str = "target";

    fn client(aws: &LocalAws) -> Client {
        let own = Credentials::new(ACCESS_KEY_ID, SECRET_ACCESS_KEY, None, None, "test");
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .endpoint_url(aws.endpoint_url())
            .credentials_provider(own)
            .http_client(aws_clients::http_client())
            .force_path_style(true);
        Client::from_conf(config.build())
    }

    /// Objects of which so many in a hundred are copies, some of them gone again and some changed.
    async fn copies(aws: &LocalAws, client: &Client, percent: usize, seed: u64) -> Vec<Made> {
        let mut rng = fastrand::Rng::with_seed(seed);
        let s3 = aws.s3();
        s3.create_bucket(BUCKET);
        let mut made = Vec::new();
        for number in 0..1_300 {
            let user = ["ada +%/", "alan/é", "grace\u{1}/", ""][rng.usize(..4)];
            let key = format!("conversations/{user}{number}");
            let is_copy = rng.usize(..100) < percent;
            if !is_copy || rng.u8(..50) > 0 {
                s3.put(BUCKET, &key, format!("{number}"));
            }
            if is_copy {
                let image = image(client, BUCKET, &key).await.unwrap();
                let etag = image.map_or_else(String::new, |image| image.etag);
                let size = u64::try_from(format!("{number}").len()).unwrap();
                made.push(Made { key: key.clone(), etag, size });
                if rng.u8(..50) == 0 {
                    s3.put(BUCKET, &key, "changed");
                }
            }
        }
        rng.shuffle(&mut made);
        made
    }

    fn all((verdicts, ended): (Vec<Option<Verdict>>, Result<(), Stop>)) -> Vec<Verdict> {
        ended.unwrap();
        verdicts.into_iter().map(Option::unwrap).collect()
    }

    #[tokio::test]
    async fn what_was_seen_is_known_although_the_rest_cannot_be_asked_for() {
        let aws = LocalAws::start().await.unwrap();
        let client = client(&aws);
        let made = copies(&aws, &client, 100, 7).await;
        let expired = Effect::Error {
            status: 400,
            code: "ExpiredToken".to_owned(),
            message: "The provided token has expired.".to_owned(),
        };
        aws.faults().add(Fault::on("s3", "HeadObject").with(expired));
        let permits = Semaphore::new(8);
        let look = Look { client: &client, label: "l", bucket: BUCKET, permits: &permits };
        let (verdicts, _) = look.at(&made.iter().collect::<Vec<_>>()).await;
        let known = verdicts.iter().flatten().filter(|verdict| verdict.is_ok()).count();
        assert!(known + 150 > made.len(), "{known} of {}", made.len());
    }

    #[tokio::test]
    async fn pages_tell_what_asking_for_each_one_tells() {
        for (seed, percent) in [(1, 100), (2, 20), (3, 3)] {
            let aws = LocalAws::start().await.unwrap();
            let client = client(&aws);
            let made = copies(&aws, &client, percent, seed).await;
            let permits = Semaphore::new(8);
            let look = Look { client: &client, label: "l", bucket: BUCKET, permits: &permits };
            aws.clear_calls();
            let verdicts = all(look.at(&made.iter().collect::<Vec<_>>()).await);
            let calls = aws.total();
            assert!(verdicts.iter().any(Result::is_ok));
            for (made, verdict) in made.iter().zip(&verdicts) {
                assert_eq!(
                    verdict,
                    &made.look(&client, "l", BUCKET).await.unwrap(),
                    "{}",
                    made.key
                );
            }
            assert!(percent < 100 || calls < 8, "{calls} calls for neighbours");
            assert!(calls * 12 <= made.len() * 13 + 24, "{calls} calls for {}", made.len());
        }
    }

    #[tokio::test]
    async fn where_listing_is_denied_each_is_asked_for() {
        let aws = LocalAws::start().await.unwrap();
        let client = client(&aws);
        let made = copies(&aws, &client, 2, 6).await;
        let denied = Effect::Error {
            status: 403,
            code: "AccessDenied".to_owned(),
            message: "Access Denied".to_owned(),
        };
        aws.faults().add(Fault::on("s3", "ListObjectsV2").with(denied));
        let permits = Semaphore::new(8);
        let look = Look { client: &client, label: "l", bucket: BUCKET, permits: &permits };
        let verdicts = all(look.at(&made.iter().collect::<Vec<_>>()).await);
        for (made, verdict) in made.iter().zip(&verdicts) {
            assert_eq!(verdict, &made.look(&client, "l", BUCKET).await.unwrap(), "{}", made.key);
        }
    }
}
