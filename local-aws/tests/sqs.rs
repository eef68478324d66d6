//! SQS as the AWS SDK sees it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test panics, helpers too")]

mod support;

use std::time::{Duration, Instant};

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::ProvideErrorMetadata;
use aws_sdk_sqs::primitives::Blob;
use aws_sdk_sqs::types::{
    DeleteMessageBatchRequestEntry, Message, MessageAttributeValue, MessageSystemAttributeName,
    QueueAttributeName, SendMessageBatchRequestEntry,
};
use local_aws::{Effect, Fault, LocalAws};

async fn world() -> (LocalAws, Client, String) {
    let aws = LocalAws::start().await.unwrap();
    let client = Client::new(&support::config(&aws).await);
    let url = aws.sqs().create_queue("orders");
    (aws, client, url)
}

async fn count(sqs: &Client, url: &str, name: QueueAttributeName) -> u64 {
    let got = sqs
        .get_queue_attributes()
        .queue_url(url)
        .attribute_names(name.clone())
        .send()
        .await
        .unwrap();
    got.attributes().unwrap()[&name].parse().unwrap()
}

#[tokio::test]
async fn a_message_is_hidden_while_it_is_worked_on_and_gone_when_it_is_deleted() {
    let (aws, sqs, url) = world().await;
    let sent = sqs.send_message().queue_url(&url).message_body("hello").send().await.unwrap();
    assert_eq!(sent.md5_of_message_body(), Some("5d41402abc4b2a76b9719d911017c592"));
    let receive = || sqs.receive_message().queue_url(&url).send();
    let got = receive().await.unwrap();
    let message = &got.messages()[0];
    assert_eq!(message.body(), Some("hello"));
    assert_eq!(message.md5_of_body(), sent.md5_of_message_body());
    assert_eq!(message.message_id(), sent.message_id());
    assert!(receive().await.unwrap().messages().is_empty());
    assert_eq!(count(&sqs, &url, QueueAttributeName::ApproximateNumberOfMessages).await, 0);
    assert_eq!(
        count(&sqs, &url, QueueAttributeName::ApproximateNumberOfMessagesNotVisible).await,
        1
    );
    assert_eq!(aws.sqs().messages("orders"), ["hello"]);
    let handle = message.receipt_handle().unwrap();
    sqs.delete_message().queue_url(&url).receipt_handle(handle).send().await.unwrap();
    assert!(aws.sqs().messages("orders").is_empty());
    sqs.delete_message().queue_url(&url).receipt_handle(handle).send().await.unwrap();
    let bad = sqs.delete_message().queue_url(&url).receipt_handle("nonsense").send().await;
    assert!(bad.unwrap_err().into_service_error().is_receipt_handle_is_invalid());
}

/// Receives until a message is there, for as long as a slow machine may need.
async fn awaited(sqs: &Client, url: &str, timeout: i32) -> Message {
    for _ in 0..100 {
        let receive = sqs.receive_message().queue_url(url).visibility_timeout(timeout);
        let receive = receive.message_system_attribute_names(MessageSystemAttributeName::All);
        if let Some(message) = receive.send().await.unwrap().messages().first() {
            return message.clone();
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("no message came");
}

#[tokio::test]
async fn a_message_comes_back_when_its_time_is_up() {
    let (aws, sqs, url) = world().await;
    sqs.send_message().queue_url(&url).message_body("again").send().await.unwrap();
    let first = awaited(&sqs, &url, 1).await;
    let second = awaited(&sqs, &url, 600).await;
    let received =
        &second.attributes().unwrap()[&MessageSystemAttributeName::ApproximateReceiveCount];
    assert_eq!(received, "2");
    // The handle of an earlier receipt deletes nothing.
    let delete = |message: &Message| {
        let handle = message.receipt_handle().unwrap();
        sqs.delete_message().queue_url(&url).receipt_handle(handle).send()
    };
    delete(&first).await.unwrap();
    assert_eq!(aws.sqs().messages("orders").len(), 1);
    let change = sqs.change_message_visibility().queue_url(&url).visibility_timeout(0);
    change.receipt_handle(second.receipt_handle().unwrap()).send().await.unwrap();
    let third = awaited(&sqs, &url, 600).await;
    delete(&third).await.unwrap();
    assert!(aws.sqs().messages("orders").is_empty());
}

#[tokio::test]
async fn a_delayed_message_is_not_there_yet() {
    let (_aws, sqs, url) = world().await;
    let send = |body: &str, delay: i32| {
        sqs.send_message().queue_url(&url).message_body(body).delay_seconds(delay).send()
    };
    send("much later", 900).await.unwrap();
    let delayed = QueueAttributeName::ApproximateNumberOfMessagesDelayed;
    assert_eq!(count(&sqs, &url, delayed).await, 1);
    assert!(sqs.receive_message().queue_url(&url).send().await.unwrap().messages().is_empty());
    send("soon", 1).await.unwrap();
    assert_eq!(awaited(&sqs, &url, 600).await.body(), Some("soon"));
    assert_eq!(send("never", 901).await.unwrap_err().code(), Some("InvalidParameterValue"));
}

#[tokio::test]
async fn batches_take_ten_entries_and_report_each() {
    let (aws, sqs, url) = world().await;
    let entry = |id: &str, body: &str| {
        SendMessageBatchRequestEntry::builder().id(id).message_body(body).build().unwrap()
    };
    let send = |entries: Vec<SendMessageBatchRequestEntry>| {
        sqs.send_message_batch().queue_url(&url).set_entries(Some(entries)).send()
    };
    let numbered =
        |count: usize| (0..count).map(|n| entry(&n.to_string(), "x")).collect::<Vec<_>>();
    send(numbered(10)).await.unwrap();
    let many = send(numbered(11)).await.unwrap_err().into_service_error();
    assert!(many.is_too_many_entries_in_batch_request());
    assert!(send(vec![]).await.unwrap_err().into_service_error().is_empty_batch_request());
    let twice = send(vec![entry("a", "x"), entry("a", "y")]).await.unwrap_err();
    assert!(twice.into_service_error().is_batch_entry_ids_not_distinct());
    let mixed = send(vec![entry("good", "x"), entry("bad", "\u{1}")]).await.unwrap();
    assert_eq!(mixed.successful()[0].id(), "good");
    assert_eq!(mixed.failed()[0].code(), "InvalidMessageContents");
    assert_eq!(aws.sqs().messages("orders").len(), 11);

    let many =
        sqs.receive_message().queue_url(&url).max_number_of_messages(11).send().await.unwrap_err();
    assert_eq!(many.code(), Some("InvalidParameterValue"));
    let got =
        sqs.receive_message().queue_url(&url).max_number_of_messages(10).send().await.unwrap();
    assert_eq!(got.messages().len(), 10);
    let entries = got.messages().iter().enumerate().map(|(n, message)| {
        let entry = DeleteMessageBatchRequestEntry::builder().id(n.to_string());
        entry.receipt_handle(message.receipt_handle().unwrap()).build().unwrap()
    });
    let delete = sqs.delete_message_batch().queue_url(&url).set_entries(Some(entries.collect()));
    assert_eq!(delete.send().await.unwrap().successful().len(), 10);
    assert_eq!(aws.sqs().messages("orders").len(), 1);
}

#[tokio::test]
async fn message_attributes_come_back_when_asked_for() {
    let (_aws, sqs, url) = world().await;
    let text =
        MessageAttributeValue::builder().data_type("String").string_value("blue").build().unwrap();
    let bytes =
        MessageAttributeValue::builder().data_type("Binary").binary_value(Blob::new([0, 255]));
    let send =
        sqs.send_message().queue_url(&url).message_body("x").message_attributes("colour", text);
    let sent = send.message_attributes("raw", bytes.build().unwrap()).send().await.unwrap();
    // MD5 over name, type, kind and value of each, with lengths: computed outside.
    assert_eq!(sent.md5_of_message_attributes(), Some("6b985025996d68d277f2adcbaeed9e38"));
    let receive = |names: &str| {
        let receive = sqs.receive_message().queue_url(&url).visibility_timeout(0);
        receive.message_attribute_names(names).send()
    };
    let all = receive("All").await.unwrap().messages()[0].clone();
    assert_eq!(all.md5_of_message_attributes(), sent.md5_of_message_attributes());
    let attributes = all.message_attributes().unwrap();
    assert_eq!(attributes["raw"].binary_value().unwrap().as_ref(), [0, 255]);
    let one = receive("col.*").await.unwrap().messages()[0].clone();
    assert_eq!(one.message_attributes().unwrap().len(), 1);
    assert!(receive("other").await.unwrap().messages()[0].message_attributes().is_none());
}

#[tokio::test]
async fn queues_are_made_found_listed_purged_and_deleted() {
    let (aws, sqs, orders) = world().await;
    let create = |timeout: &str| {
        let create = sqs.create_queue().queue_name("slow");
        create.attributes(QueueAttributeName::VisibilityTimeout, timeout).send()
    };
    let url = create("600").await.unwrap().queue_url().unwrap().to_owned();
    assert_eq!(url, format!("{}/111122223333/slow", aws.endpoint_url()));
    create("600").await.unwrap();
    assert!(create("601").await.unwrap_err().into_service_error().is_queue_name_exists());
    assert_eq!(count(&sqs, &url, QueueAttributeName::VisibilityTimeout).await, 600);
    let found = sqs.get_queue_url().queue_name("slow").send().await.unwrap();
    assert_eq!(found.queue_url(), Some(url.as_str()));
    let listed = sqs.list_queues().max_results(1).send().await.unwrap();
    assert_eq!(listed.queue_urls(), std::slice::from_ref(&orders));
    let listed = sqs
        .list_queues()
        .max_results(1)
        .next_token(listed.next_token().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!((listed.queue_urls(), listed.next_token()), ([url.clone()].as_slice(), None));
    let fifo = sqs.create_queue().queue_name("a.fifo").send().await.unwrap_err();
    assert_eq!(fifo.code(), Some("UnknownOperationException"));

    sqs.send_message().queue_url(&orders).message_body("x").send().await.unwrap();
    sqs.purge_queue().queue_url(&orders).send().await.unwrap();
    assert!(aws.sqs().messages("orders").is_empty());
    sqs.delete_queue().queue_url(&url).send().await.unwrap();
    let gone = sqs.send_message().queue_url(&url).message_body("x").send().await.unwrap_err();
    assert!(gone.into_service_error().is_queue_does_not_exist());
    let unknown = sqs.get_queue_url().queue_name("slow").send().await.unwrap_err();
    assert!(unknown.into_service_error().is_queue_does_not_exist());
}

#[tokio::test]
async fn what_a_message_may_be_is_checked() {
    let (_aws, sqs, url) = world().await;
    let send = |body: String| sqs.send_message().queue_url(&url).message_body(body).send();
    send("x".repeat(1_048_576)).await.unwrap();
    let long = send("x".repeat(1_048_577)).await.unwrap_err();
    assert_eq!(long.code(), Some("InvalidParameterValue"));
    let control = send("\u{1}".to_owned()).await.unwrap_err().into_service_error();
    assert!(control.is_invalid_message_contents());
    assert_eq!(send(String::new()).await.unwrap_err().code(), Some("MissingParameter"));
    let fifo =
        sqs.send_message().queue_url(&url).message_body("x").message_group_id("g").send().await;
    assert_eq!(fifo.unwrap_err().code(), Some("UnknownOperationException"));
}

#[tokio::test]
async fn errors_carry_both_names() {
    let (aws, sqs, url) = world().await;
    let gone = sqs.delete_queue().queue_url(url.replace("orders", "gone")).send().await;
    let gone = gone.unwrap_err();
    let raw = gone.raw_response().unwrap();
    assert_eq!(
        raw.headers().get("x-amzn-query-error"),
        Some("AWS.SimpleQueueService.NonExistentQueue;Sender")
    );
    let body = std::str::from_utf8(raw.body().bytes().unwrap()).unwrap();
    assert!(body.contains(r#""__type":"com.amazonaws.sqs#QueueDoesNotExist""#), "{body}");

    // A fault may use either name.
    for code in ["OverLimit", "QueueDeletedRecently", "AWS.SimpleQueueService.QueueDeletedRecently"]
    {
        let effect = Effect::Error { status: 400, code: code.into(), message: "m".into() };
        aws.faults().add(Fault::on("sqs", "CreateQueue").nth(1).with(effect));
        let error = sqs.create_queue().queue_name("a").send().await.unwrap_err();
        assert_eq!(error.into_service_error().is_queue_deleted_recently(), code != "OverLimit");
    }
}

#[tokio::test]
async fn a_receive_waits_for_a_message_and_holds_up_nobody() {
    let (aws, sqs, url) = world().await;
    let waiting = |seconds: i32| {
        let receive = sqs.receive_message().queue_url(&url).wait_time_seconds(seconds);
        tokio::spawn(receive.send())
    };
    // More of them than the server has threads.
    let receives: Vec<_> = (0..8).map(|_| waiting(20)).collect();
    while aws.count("sqs", "ReceiveMessage") < 8 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for n in 0..8 {
        sqs.send_message().queue_url(&url).message_body(format!("{n}")).send().await.unwrap();
    }
    let mut bodies = Vec::new();
    for receive in receives {
        let got = receive.await.unwrap().unwrap();
        bodies.extend(got.messages().iter().map(|message| message.body().unwrap().to_owned()));
    }
    bodies.sort();
    assert_eq!(bodies, ["0", "1", "2", "3", "4", "5", "6", "7"]);

    // A delayed message ends the wait when it comes into sight, and the wait ends by itself.
    let send = sqs.send_message().queue_url(&url).message_body("late").delay_seconds(1);
    send.send().await.unwrap();
    let start = Instant::now();
    assert_eq!(waiting(20).await.unwrap().unwrap().messages()[0].body(), Some("late"));
    assert!(start.elapsed() >= Duration::from_millis(900));
    let start = Instant::now();
    assert!(waiting(1).await.unwrap().unwrap().messages().is_empty());
    assert!(start.elapsed() >= Duration::from_millis(900));

    // So does the end of the queue; and 21 seconds are too long.
    aws.clear_calls();
    let last = waiting(20);
    while aws.count("sqs", "ReceiveMessage") == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    sqs.delete_queue().queue_url(&url).send().await.unwrap();
    assert!(last.await.unwrap().unwrap_err().into_service_error().is_queue_does_not_exist());
    aws.sqs().create_queue("orders");
    let error = waiting(21).await.unwrap().unwrap_err();
    assert_eq!(error.code(), Some("InvalidParameterValue"));
    assert_eq!(aws.violations().len(), 1);
}

#[tokio::test]
async fn a_client_that_stops_waiting_takes_no_message() {
    let (aws, sqs, url) = world().await;
    let receive = sqs.receive_message().queue_url(&url).wait_time_seconds(20);
    let receive = tokio::spawn(receive.send());
    while aws.count("sqs", "ReceiveMessage") == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    receive.abort();
    tokio::time::sleep(Duration::from_millis(200)).await;
    sqs.send_message().queue_url(&url).message_body("here").send().await.unwrap();
    let got = sqs.receive_message().queue_url(&url).send().await.unwrap();
    assert_eq!(got.messages()[0].body(), Some("here"));
}
