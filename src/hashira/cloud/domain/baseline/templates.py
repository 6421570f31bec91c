"""Resources of CloudFormation that a team deploys beside the detective rules (ひな形の部品).

Names within are references of CloudFormation (``Ref``, ``Fn::GetAtt``); ``WarningEmail`` is a parameter.
"""

from __future__ import annotations

from typing import Any


def _alarm(metric: str, pattern: str, about: str) -> dict[str, dict[str, Any]]:
    """A filter over the log group of the trail and the alarm on it."""
    return {
        f"{metric}Filter": {
            "Type": "AWS::Logs::MetricFilter",
            "Properties": {
                "LogGroupName": {"Ref": "TrailLogGroup"},
                "FilterPattern": pattern,
                "MetricTransformations": [
                    {"MetricName": metric, "MetricNamespace": "Hashira/Guardrails", "MetricValue": "1"}
                ],
            },
        },
        f"{metric}Alarm": {
            "Type": "AWS::CloudWatch::Alarm",
            "Properties": {
                "AlarmDescription": about,
                "AlarmActions": [{"Ref": "WarningTopic"}],
                "ComparisonOperator": "GreaterThanOrEqualToThreshold",
                "EvaluationPeriods": 1,
                "MetricName": metric,
                "Namespace": "Hashira/Guardrails",
                "Period": 300,
                "Statistic": "Sum",
                "Threshold": 1,
                "TreatMissingData": "notBreaching",
            },
        },
    }


ALARMED = {
    "RootUse": '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS '
    '&& $.eventType != "AwsServiceEvent" }',
    "Unauthorised": '{ ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*") }',
    "PolicyChange": "{ ($.eventName = PutUserPolicy) || ($.eventName = PutRolePolicy) || "
    "($.eventName = PutGroupPolicy) || ($.eventName = CreatePolicyVersion) || "
    "($.eventName = AttachRolePolicy) || ($.eventName = AttachUserPolicy) || "
    "($.eventName = AttachGroupPolicy) }",
    "TrailChange": "{ ($.eventName = StopLogging) || ($.eventName = DeleteTrail) || "
    "($.eventName = UpdateTrail) }",
}
"""Acts that somebody has to hear of, as filters over the record of calls (CloudWatch Logs filter syntax)."""
_ABOUT = {
    "RootUse": "The root user was used",
    "Unauthorised": "Calls were refused",
    "PolicyChange": "Permissions were changed",
    "TrailChange": "The record of calls was touched",
}
ALARMS: dict[str, dict[str, Any]] = {
    "TrailLogGroup": {
        "Type": "AWS::Logs::LogGroup",
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": {"RetentionInDays": 400},
    },
    "WarningKey": {
        "Type": "AWS::KMS::Key",
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": {
            "Description": "Encrypts the warnings of the guardrails",
            "EnableKeyRotation": True,
            "KeyPolicy": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Sid": "Account",
                        "Effect": "Allow",
                        "Principal": {
                            "AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}
                        },
                        "Action": "kms:*",
                        "Resource": "*",
                    },
                    {
                        "Sid": "Alarms",
                        "Effect": "Allow",
                        "Principal": {"Service": "cloudwatch.amazonaws.com"},
                        "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
                        "Resource": "*",
                    },
                ],
            },
        },
    },
    "WarningTopic": {"Type": "AWS::SNS::Topic", "Properties": {"KmsMasterKeyId": {"Ref": "WarningKey"}}},
    "WarningAddress": {
        "Type": "AWS::SNS::Subscription",
        "Properties": {
            "Endpoint": {"Ref": "WarningEmail"},
            "Protocol": "email",
            "TopicArn": {"Ref": "WarningTopic"},
        },
    },
    **{
        name: resource
        for metric, pattern in ALARMED.items()
        for name, resource in _alarm(metric, pattern, _ABOUT[metric]).items()
    },
}
BACKUP: dict[str, dict[str, Any]] = {
    "BackupVault": {
        "Type": "AWS::Backup::BackupVault",
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": {
            "BackupVaultName": "hashira",
            "LockConfiguration": {"MinRetentionDays": 7, "MaxRetentionDays": 400},
        },
    },
    "BackupPlan": {
        "Type": "AWS::Backup::BackupPlan",
        "Properties": {
            "BackupPlan": {
                "BackupPlanName": "hashira-daily",
                "BackupPlanRule": [
                    {
                        "RuleName": "daily",
                        "TargetBackupVault": {"Ref": "BackupVault"},
                        "ScheduleExpression": "cron(0 17 * * ? *)",
                        "StartWindowMinutes": 60,
                        "CompletionWindowMinutes": 300,
                        "Lifecycle": {"DeleteAfterDays": 35},
                    }
                ],
            }
        },
    },
    "BackupRole": {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "backup.amazonaws.com"},
                        "Action": "sts:AssumeRole",
                    }
                ],
            },
            "ManagedPolicyArns": [
                {
                    "Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/service-role/"
                    "AWSBackupServiceRolePolicyForBackup"
                }
            ],
        },
    },
    "BackupSelection": {
        "Type": "AWS::Backup::BackupSelection",
        "Properties": {
            "BackupPlanId": {"Ref": "BackupPlan"},
            "BackupSelection": {
                "SelectionName": "tagged",
                "IamRoleArn": {"Fn::GetAtt": ["BackupRole", "Arn"]},
                "ListOfTags": [
                    {
                        "ConditionType": "STRINGEQUALS",
                        "ConditionKey": "hashira:backup",
                        "ConditionValue": "daily",
                    }
                ],
            },
        },
    },
}
