//! Templates of CloudFormation and SAM: what is written is resolved, what is not stays unknown.

use std::time::Instant;

use iam_policies::policy::{ReadPolicy, Values, read};

fn policies(yaml: &str, values: &[(&str, &str)]) -> Vec<ReadPolicy> {
    let values: Values =
        values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    read("template.yaml", yaml.as_bytes(), &values).unwrap()
}

/// The resource of a role's only statement, and the names of what is unknown in it.
fn resource(written: &str, values: &[(&str, &str)]) -> (String, Vec<String>) {
    let yaml = format!(
        "
Parameters:
  Table: {{Type: String, Default: files}}
  Stage: {{Type: String}}
Mappings:
  Names: {{dev: {{table: files-dev}}}}
Resources:
  Bucket: {{Type: 'AWS::S3::Bucket', Properties: {{BucketName: !Sub '${{Table}}-bucket'}}}}
  Unnamed: {{Type: 'AWS::S3::Bucket'}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      Policies:
        - PolicyName: own
          PolicyDocument:
            Version: '2012-10-17'
            Statement: {{Effect: Allow, Action: '*', Resource: {written}}}
"
    );
    let policies = policies(&yaml, values);
    let pattern = &policies[0].statements[0].resources.written()[0].pattern;
    (pattern.text().to_owned(), pattern.unknown().to_vec())
}

#[test]
fn functions_give_what_they_can() {
    const REGION: &[(&str, &str)] = &[("AWS::Region", "eu-west-1"), ("AWS::Partition", "aws")];
    for (written, expected) in [
        ("!Ref Table", "files"),
        ("{Ref: Table}", "files"),
        (
            "!Sub 'arn:aws:dynamodb:${AWS::Region}:*:table/${Table}'",
            "arn:aws:dynamodb:eu-west-1:*:table/files",
        ),
        ("{'Fn::Sub': ['a-${X}-${!aws:username}', {X: !Ref Table}]}", "a-files-${aws:username}"),
        ("!Join ['', ['arn:aws:s3:::', !Ref Table, '/*']]", "arn:aws:s3:::files/*"),
        ("!FindInMap [Names, dev, table]", "files-dev"),
        ("!GetAtt Bucket.Arn", "arn:aws:s3:::files-bucket"),
        ("{'Fn::GetAtt': [Bucket, Arn]}", "arn:aws:s3:::files-bucket"),
        ("!Sub '${Bucket.Arn}/*'", "arn:aws:s3:::files-bucket/*"),
        ("!Ref Bucket", "files-bucket"),
    ] {
        assert_eq!(resource(written, REGION).0, expected, "{written}");
    }
    assert_eq!(resource("!GetAtt Other.Arn", &[("Other.Arn", "arn:x")]).0, "arn:x");
    assert_eq!(resource("!Ref Table", &[("Table", "given")]).0, "given");
}

#[test]
fn what_the_template_does_not_say_is_unknown() {
    for (written, unknown) in [
        ("!Ref Stage", "Stage"),
        ("!Sub 'x-${AWS::Region}'", "AWS::Region"),
        ("!GetAtt Unnamed.Arn", "Unnamed.Arn"),
        ("!Ref Unnamed", "Unnamed"),
        ("!ImportValue other-table", "Fn::ImportValue"),
        ("!If [IsProd, a, b]", "Fn::If"),
        ("!FindInMap [Names, prod, table]", "Fn::FindInMap"),
        ("!Sub ['${X}', {}]", "X"),
    ] {
        assert_eq!(resource(written, &[]).1, [unknown], "{written}");
    }
}

#[test]
fn every_kind_of_policy_is_found_with_its_owner() {
    let found = policies(
        "
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      ManagedPolicyArns: [arn:aws:iam::aws:policy/ReadOnlyAccess, !Ref Shared]
      PermissionsBoundary: arn:aws:iam::123456789012:policy/limit
      AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: '*', Action: 'sts:AssumeRole'}]}
      Policies:
        - {PolicyName: one, PolicyDocument: {Version: '2012-10-17', Statement: []}}
        - !If [X, {PolicyName: two, PolicyDocument: {}}, !Ref AWS::NoValue]
        - !Ref AWS::NoValue
  Attached:
    Type: AWS::IAM::Policy
    Condition: IsProd
    Properties: {PolicyName: p, Roles: [!Ref Role], PolicyDocument: {Version: '2012-10-17', Statement: []}}
  Shared:
    Type: AWS::IAM::ManagedPolicy
    Properties: {PolicyDocument: {Version: '2012-10-17', Statement: [!If [A, {}, {}]]}}
  Send:
    Type: AWS::Serverless::Function
    Properties:
      Policies:
        - AWSLambdaBasicExecutionRole
        - DynamoDBCrudPolicy: {TableName: !Ref Table}
        - Statement: [{Effect: Allow, Action: 'sqs:SendMessage', Resource: '*'}]
  Single:
    Type: AWS::Serverless::Function
    Properties: {Policies: {Version: '2012-10-17', Statement: []}}
",
        &[],
    );
    let named: Vec<(&str, &str)> =
        found.iter().map(|policy| (policy.name.as_str(), policy.owner.as_str())).collect();
    assert_eq!(
        named,
        [
            ("Role/one", "Role"),
            ("Role/elsewhere", "Role"),
            ("Role/Attached", "Role"),
            ("Shared", "Shared"),
            ("Send/3", "Send"),
            ("Send/elsewhere", "Send"),
            ("Single", "Single"),
        ]
    );
    let what = |index: usize| -> Vec<&str> {
        found[index].not_read.iter().map(|part| part.what.split(": ").next().unwrap()).collect()
    };
    assert_eq!(
        what(1),
        [
            "policies that a function gives",
            "the managed policy arn:aws:iam::aws:policy/ReadOnlyAccess",
            "the permissions boundary arn:aws:iam::123456789012:policy/limit"
        ]
    );
    assert_eq!(what(2), ["whether Attached is created"]);
    assert_eq!(what(3), ["statements that Fn::If chooses"]);
    assert_eq!(
        what(5),
        [
            "the managed policy AWSLambdaBasicExecutionRole",
            "SAM's policy template DynamoDBCrudPolicy"
        ]
    );
}

#[test]
fn values_that_double_at_each_level_end() {
    let mut yaml = "provider:\n  iam: {role: {statements: [{Effect: Allow, Action: '*', Resource: '${self:a0}'}]}}\n".to_owned();
    for level in 0..30 {
        let next = format!("${{self:a{}}}", level + 1);
        yaml += &format!("a{level}: '{}'\n", next.repeat(20));
    }
    let start = Instant::now();
    let found = policies(&yaml, &[]);
    assert!(!found[0].statements[0].resources.written()[0].pattern.unknown().is_empty());
    assert!(start.elapsed().as_secs() < 5);
}
