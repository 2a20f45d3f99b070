package io.causeway.interop.connector;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Map;
import org.identityconnectors.common.security.GuardedByteArray;
import org.identityconnectors.common.security.GuardedString;
import org.identityconnectors.framework.common.objects.AttributeInfo;
import org.identityconnectors.framework.common.objects.AttributeInfoBuilder;
import org.identityconnectors.framework.common.objects.ObjectClass;
import org.identityconnectors.framework.common.objects.ObjectClassInfoBuilder;
import org.identityconnectors.framework.common.objects.OperationOptionInfoBuilder;
import org.identityconnectors.framework.common.objects.OperationalAttributeInfos;
import org.identityconnectors.framework.common.objects.Schema;
import org.identityconnectors.framework.common.objects.SchemaBuilder;
import org.identityconnectors.framework.spi.operations.AuthenticateOp;
import org.identityconnectors.framework.spi.operations.ResolveUsernameOp;
import org.identityconnectors.framework.spi.operations.SearchOp;

/** Accounts, groups, and a class with an attribute of every type. */
final class Schemas {
    private static final Map<String, Class<?>> TYPES = Map.ofEntries(
            Map.entry("aString", String.class), Map.entry("anInteger", Integer.class), Map.entry("aLong", Long.class), Map.entry("aDouble", Double.class),
            Map.entry("aFloat", Float.class), Map.entry("aBoolean", Boolean.class), Map.entry("aCharacter", Character.class), Map.entry("aByte", Byte.class),
            Map.entry("bytes", byte[].class), Map.entry("aBigInteger", BigInteger.class), Map.entry("aBigDecimal", BigDecimal.class),
            Map.entry("aGuardedString", GuardedString.class), Map.entry("someGuardedBytes", GuardedByteArray.class), Map.entry("aMap", Map.class),
            Map.entry("withNull", String.class), Map.entry("empty", String.class), Map.entry("nothing", String.class));

    private Schemas() {
    }

    static Schema schema() {
        SchemaBuilder builder = new SchemaBuilder(TestConnector.class);
        builder.defineObjectClass(account().build());
        ObjectClassInfoBuilder group = new ObjectClassInfoBuilder().setType(ObjectClass.GROUP_NAME);
        group.setContainer(true);
        group.addAttributeInfo(AttributeInfoBuilder.build("members", String.class, java.util.Set.of(AttributeInfo.Flags.MULTIVALUED)));
        builder.defineObjectClass(group.build());
        ObjectClassInfoBuilder typed = new ObjectClassInfoBuilder().setType(Samples.TYPED.getObjectClassValue());
        TYPES.forEach((name, type) -> typed.addAttributeInfo(new AttributeInfoBuilder(name, type).setMultiValued(true).build()));
        builder.defineObjectClass(typed.build());
        builder.removeSupportedObjectClass(AuthenticateOp.class, builder.build().findObjectClassInfo(ObjectClass.GROUP_NAME));
        builder.removeSupportedObjectClass(ResolveUsernameOp.class, builder.build().findObjectClassInfo(ObjectClass.GROUP_NAME));
        builder.defineOperationOption(OperationOptionInfoBuilder.build("throwAfter", Integer.class), SearchOp.class);
        builder.defineOperationOption(OperationOptionInfoBuilder.build("throwClass", String.class), SearchOp.class);
        builder.defineOperationOption(OperationOptionInfoBuilder.buildPageSize(), SearchOp.class);
        builder.defineOperationOption(OperationOptionInfoBuilder.buildSortKeys(), SearchOp.class);
        return builder.build();
    }

    private static ObjectClassInfoBuilder account() {
        ObjectClassInfoBuilder account = new ObjectClassInfoBuilder().setType(ObjectClass.ACCOUNT_NAME);
        account.addAttributeInfo(new AttributeInfoBuilder("givenName").build());
        account.addAttributeInfo(new AttributeInfoBuilder("sn").setRequired(true).build());
        account.addAttributeInfo(new AttributeInfoBuilder("mail").setMultiValued(true).build());
        account.addAttributeInfo(new AttributeInfoBuilder("age", Integer.class).build());
        account.addAttributeInfo(new AttributeInfoBuilder("payload").setCreateable(false).setUpdateable(false).build());
        account.addAttributeInfo(new AttributeInfoBuilder("hidden").setReturnedByDefault(false).build());
        account.addAttributeInfo(OperationalAttributeInfos.PASSWORD);
        account.addAttributeInfo(OperationalAttributeInfos.ENABLE);
        return account;
    }
}
