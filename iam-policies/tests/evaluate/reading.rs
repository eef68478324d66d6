//! Policies are found wherever files have them.

use documents::Place;
use iam_policies::policy::{Effect, Entries, Kind, ReadPolicy, Values, read};

fn patterns(entries: &Entries) -> Vec<&str> {
    entries.written().iter().map(|entry| entry.pattern.text()).collect()
}

fn names(policies: &[ReadPolicy]) -> Vec<&str> {
    policies.iter().map(|policy| policy.name.as_str()).collect()
}

#[test]
fn a_document_alone_in_json_and_yaml() {
    let json = r#"{"Version": "2012-10-17", "Id": "x", "Statement": {
  "Sid": "Read", "Effect": "Allow", "Action": ["s3:GetObject", "s3:GetObjectVersion"],
  "Resource": "arn:aws:s3:::files/*", "Condition": {"Bool": {"aws:SecureTransport": true}}}}"#;
    let yaml = "Version: 2012-10-17\nStatement:\n- Sid: Read\n  Effect: Allow\n  Action: [s3:GetObject, s3:GetObjectVersion]\n  Resource: arn:aws:s3:::files/*\n  Condition: {Bool: {aws:SecureTransport: true}}\n";
    for (file, text) in [("p.json", json), ("p.yaml", yaml)] {
        let policies = read(file, text.as_bytes(), &Values::new()).unwrap();
        assert_eq!(names(&policies), [file]);
        let [statement] = policies[0].statements.as_slice() else { panic!("one statement") };
        assert_eq!((statement.effect, statement.at.sid.as_deref()), (Effect::Allow, Some("Read")));
        assert_eq!(patterns(&statement.actions), ["s3:GetObject", "s3:GetObjectVersion"]);
        assert_eq!(patterns(&statement.resources), ["arn:aws:s3:::files/*"]);
        assert_eq!(statement.conditions[0].to_string(), "Bool aws:SecureTransport [true]");
        assert_eq!(policies[0].kind, Kind::Document);
    }
    let policies = read("p.json", json.as_bytes(), &Values::new()).unwrap();
    let Entries::Only(actions) = &policies[0].statements[0].actions else { panic!() };
    assert_eq!(actions[1].place, Place { line: 2, column: 64 });
}

#[test]
fn answers_of_the_cli_plain_and_encoded() {
    let role = r#"{"RoleName": "Sender", "PolicyName": "files", "PolicyDocument": {"Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}}"#;
    let encoded = r#"{"RoleName": "Sender", "PolicyName": "files", "PolicyDocument": "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22s3%3AGetObject%22%2C%22Resource%22%3A%22%2A%22%7D%5D%7D"}"#;
    for text in [role, encoded] {
        let policies = read("role.json", text.as_bytes(), &Values::new()).unwrap();
        assert_eq!(names(&policies), ["Sender/files"]);
        assert_eq!((policies[0].owner.as_str(), policies[0].kind), ("Sender", Kind::Role));
        assert_eq!(patterns(&policies[0].statements[0].actions), ["s3:GetObject"]);
        let compact = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}"#;
        assert_eq!(policies[0].size, compact.len(), "without white space");
    }
    let version = r#"{"PolicyVersion": {"Document": {"Version": "2012-10-17", "Statement": []},
        "VersionId": "v3", "IsDefaultVersion": true}}"#;
    let policies = read("v3.json", version.as_bytes(), &Values::new()).unwrap();
    assert_eq!(policies[0].kind, Kind::Managed);
}

#[test]
fn serverless_services_and_functions() {
    let yaml = r#"
service: sender
custom:
  tables: {dev: files-dev, prod: files}
  base: &base {Effect: Allow, Action: [dynamodb:GetItem]}
provider:
  name: aws
  stage: ${opt:stage, 'dev'}
  iam:
    role:
      managedPolicies: [arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess]
      statements:
        - <<: *base
          Resource: arn:aws:dynamodb:${aws:region}:${aws:accountId}:table/${self:custom.tables.${opt:stage}}
functions:
  send:
    handler: send
    iamRoleStatementsInherit: true
    iamRoleStatements:
      - Effect: Allow
        Action: [sqs:SendMessage]
        Resource: !Sub arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:mail
  alone:
    handler: alone
    iamRoleStatements:
      - {Effect: Allow, Action: ['s3:*'], Resource: {Fn::GetAtt: [Bucket, Arn]}}
  plain: {handler: plain}
resources:
  Resources:
    Bucket: {Type: 'AWS::S3::Bucket', Properties: {BucketName: '${self:service}-files'}}
    Extra:
      Type: AWS::IAM::ManagedPolicy
      Properties:
        PolicyDocument: {Version: '2012-10-17', Statement: []}
"#;
    let values: Values = [
        ("opt:stage", "prod"),
        ("AWS::Region", "eu-west-1"),
        ("AWS::AccountId", "123456789012"),
        ("AWS::Partition", "aws"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect();
    let policies = read("serverless.yml", yaml.as_bytes(), &values).unwrap();
    assert_eq!(names(&policies), ["provider", "send", "alone", "Extra"]);
    let resources = |index: usize| -> Vec<&str> {
        policies[index].statements.iter().flat_map(|one| patterns(&one.resources)).collect()
    };
    let table = "arn:aws:dynamodb:eu-west-1:123456789012:table/files";
    assert_eq!(resources(0), [table]);
    assert_eq!(resources(1), ["arn:aws:sqs:eu-west-1:123456789012:mail", table]);
    assert_eq!(resources(2), ["arn:aws:s3:::sender-files"]);
    assert!(policies[0].not_read[0].what.contains("AWSXRayDaemonWriteAccess"));
    let open = read("serverless.yml", yaml.as_bytes(), &Values::new()).unwrap();
    let pattern = &open[0].statements[0].resources.written()[0].pattern;
    assert_eq!(
        pattern.unknown(),
        ["aws:region", "aws:accountId", "self:custom.tables.${opt:stage}"],
        "a stage that was not given is not guessed"
    );
}

#[test]
fn the_size_counts_what_iam_counts() {
    let text = "{\"Version\": \"2012-10-17\",\n \"Statement\": [] }";
    let policies = read("p.json", text.as_bytes(), &Values::new()).unwrap();
    assert_eq!(policies[0].size, r#"{"Version":"2012-10-17","Statement":[]}"#.len());
}
