variable "api_key" {
  type        = string
  description = "name of the secret"

  validation {
    condition     = can(regex("^[A-Za-z0-9_.@+=/:-]+$", var.api_key))
    error_message = "A name without wildcards is expected."
  }
}

data "aws_partition" "current" {}

data "aws_region" "current" {}

data "aws_caller_identity" "current" {}

data "aws_iam_policy_document" "files" {
  statement {
    sid    = "DynamoDB"
    effect = "Allow"
    actions = [
      "dynamodb:BatchGetItem",
      "dynamodb:UpdateItem",
    ]
    resources = [
      "arn:aws:dynamodb:eu-west-1:${data.aws_caller_identity.current.account_id}:table/env-vars-tracking",
    ]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values = [
        "files#*",
      ]
    }
  }

  statement {
    sid    = "DynamoDBPart2"
    effect = "Allow"
    actions = [
      "dynamodb:GetItem",
      "dynamodb:Query",
    ]
    resources = [
      "arn:aws:dynamodb:eu-west-1:${data.aws_caller_identity.current.account_id}:table/files-dev",
    ]
  }

  statement {
    sid    = "DynamoDBPart3"
    effect = "Allow"
    actions = [
      "dynamodb:Query",
    ]
    resources = [
      "arn:aws:dynamodb:eu-west-1:${data.aws_caller_identity.current.account_id}:table/files-dev/index/*",
    ]
  }

  statement {
    sid    = "KMS"
    effect = "Allow"
    actions = [
      "kms:Decrypt",
    ]
    resources = [
      "arn:aws:kms:eu-west-1:${data.aws_caller_identity.current.account_id}:key/*",
    ]

    condition {
      test     = "StringEquals"
      variable = "kms:EncryptionContext:PARAMETER_ARN"
      values = [
        "arn:aws:ssm:eu-west-1:${data.aws_caller_identity.current.account_id}:parameter/amplify/dev/API_KEY",
        "arn:aws:ssm:eu-west-1:${data.aws_caller_identity.current.account_id}:parameter/amplify/dev/FILES_TABLE",
        "arn:aws:ssm:eu-west-1:${data.aws_caller_identity.current.account_id}:parameter/amplify/dev/MEDIA",
        "arn:aws:ssm:eu-west-1:${data.aws_caller_identity.current.account_id}:parameter/amplify/dev/files/API_KEY",
        "arn:aws:ssm:eu-west-1:${data.aws_caller_identity.current.account_id}:parameter/amplify/dev/files/FILES_TABLE",
        "arn:aws:ssm:eu-west-1:${data.aws_caller_identity.current.account_id}:parameter/amplify/dev/files/MEDIA",
      ]
    }

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values = [
        "ssm.eu-west-1.amazonaws.com",
      ]
    }
  }

  statement {
    sid    = "S3"
    effect = "Allow"
    actions = [
      "s3:GetObject",
    ]
    resources = [
      "arn:aws:s3:::media-dev/*",
    ]
  }

  statement {
    sid    = "S3Part2"
    effect = "Allow"
    actions = [
      "s3:ListBucket",
    ]
    resources = [
      "arn:aws:s3:::media-dev",
    ]
  }

  statement {
    sid    = "SecretsManager"
    effect = "Allow"
    actions = [
      "secretsmanager:GetSecretValue",
    ]
    resources = [
      "arn:aws:secretsmanager:eu-west-1:${data.aws_caller_identity.current.account_id}:secret:${var.api_key}-??????",
    ]
  }

  statement {
    sid    = "SSM"
    effect = "Allow"
    actions = [
      "ssm:GetParameters",
    ]
    resources = [
      "arn:aws:ssm:eu-west-1:${data.aws_caller_identity.current.account_id}:parameter/amplify/dev/API_KEY",
      "arn:aws:ssm:eu-west-1:${data.aws_caller_identity.current.account_id}:parameter/amplify/dev/FILES_TABLE",
      "arn:aws:ssm:eu-west-1:${data.aws_caller_identity.current.account_id}:parameter/amplify/dev/MEDIA",
      "arn:aws:ssm:eu-west-1:${data.aws_caller_identity.current.account_id}:parameter/amplify/dev/files/API_KEY",
      "arn:aws:ssm:eu-west-1:${data.aws_caller_identity.current.account_id}:parameter/amplify/dev/files/FILES_TABLE",
      "arn:aws:ssm:eu-west-1:${data.aws_caller_identity.current.account_id}:parameter/amplify/dev/files/MEDIA",
    ]
  }

  statement {
    sid    = "XRay"
    effect = "Allow"
    actions = [
      "xray:PutTelemetryRecords",
      "xray:PutTraceSegments",
    ]
    resources = [
      "*",
    ]
  }
}

resource "aws_iam_policy" "files" {
  name   = "files"
  policy = data.aws_iam_policy_document.files.json
}

data "aws_iam_policy_document" "orders" {
  statement {
    sid    = "DynamoDB"
    effect = "Allow"
    actions = [
      "dynamodb:GetItem",
      "dynamodb:PutItem",
      "dynamodb:UpdateItem",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:dynamodb:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:table/env-vars-tracking",
    ]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values = [
        "orders#*",
      ]
    }
  }

  statement {
    sid    = "SQS"
    effect = "Allow"
    actions = [
      "sqs:SendMessage",
    ]
    resources = [
      "arn:aws:sqs:eu-west-1:111122223333:orders",
    ]
  }

  statement {
    sid    = "SSM"
    effect = "Allow"
    actions = [
      "ssm:GetParameter",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:ssm:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:parameter/amplify/dev/QUEUE",
      "arn:${data.aws_partition.current.partition}:ssm:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:parameter/amplify/dev/orders/QUEUE",
    ]
  }

  statement {
    sid    = "XRay"
    effect = "Allow"
    actions = [
      "xray:PutTelemetryRecords",
      "xray:PutTraceSegments",
    ]
    resources = [
      "*",
    ]
  }
}

resource "aws_iam_policy" "orders" {
  name   = "orders"
  policy = data.aws_iam_policy_document.orders.json
}
