/** The same data as protobuf messages of its own, without the object streams the protocol puts into `bytes` fields. */
export const PLAIN_PROTO = `
syntax = "proto3";
message Value { oneof kind { string text = 1; bool flag = 2; int64 long = 3; int32 number = 4; double real = 5; } }
message Attribute { string name = 1; repeated Value values = 2; }
message Attributes { repeated Attribute attributes = 1; }
message Object { string objectClass = 1; repeated Attribute attributes = 2; }
message AttributeInfo { string name = 1; string type = 2; repeated int32 flags = 3; }
message ObjectClassInfo { string type = 1; bool isContainer = 2; repeated AttributeInfo attributes = 3; }
message Names { string operation = 1; repeated string names = 2; }
message Option { string name = 1; string type = 2; Value value = 3; repeated string texts = 4; }
message Schema { repeated ObjectClassInfo objectClasses = 1; repeated Option operationOptions = 2; repeated Names objectClassesByOperation = 3; repeated Names optionsByOperation = 4; }
message Options { repeated Option options = 1; }
message Filter { string kind = 1; repeated Filter operands = 2; Attribute attribute = 3; }
message Delta { string kind = 1; Value token = 2; string uid = 3; Object object = 4; }
message Failure { string javaClass = 1; string message = 2; repeated Failure causes = 3; }
`;
