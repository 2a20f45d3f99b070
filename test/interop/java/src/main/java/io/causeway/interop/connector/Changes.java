package io.causeway.interop.connector;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.identityconnectors.framework.common.exceptions.InvalidAttributeValueException;
import org.identityconnectors.framework.common.exceptions.PreconditionFailedException;
import org.identityconnectors.framework.common.objects.Attribute;
import org.identityconnectors.framework.common.objects.AttributeBuilder;
import org.identityconnectors.framework.common.objects.AttributeUtil;
import org.identityconnectors.framework.common.objects.ConnectorObject;
import org.identityconnectors.framework.common.objects.ConnectorObjectBuilder;
import org.identityconnectors.framework.common.objects.Name;
import org.identityconnectors.framework.common.objects.ObjectClass;
import org.identityconnectors.framework.common.objects.Uid;

/** Creates and updates. The uid's revision counts the updates; one that is given must be the current one. */
final class Changes {
    enum Kind { REPLACE, ADD, REMOVE }

    private Changes() {
    }

    static Uid create(Store store, ObjectClass objectClass, Set<Attribute> attributes) {
        Name name = AttributeUtil.getNameFromAttributes(attributes);
        if (name == null || name.getNameValue() == null) {
            throw new InvalidAttributeValueException("A new object needs __NAME__");
        }
        TestConnector.failIfTold(name.getNameValue());
        ConnectorObjectBuilder builder = new ConnectorObjectBuilder().setObjectClass(objectClass).setUid(new Uid(store.newUid(), "1")).setName(name);
        attributes.stream().filter(attribute -> !attribute.is(Name.NAME) && !attribute.is(Uid.NAME)).forEach(builder::addAttribute);
        ConnectorObject object = builder.build();
        store.add(object);
        return object.getUid();
    }

    static Uid update(Store store, ObjectClass objectClass, Uid uid, Set<Attribute> changes, Kind kind) {
        ConnectorObject old = store.get(objectClass, uid);
        Uid oldUid = old.getUid();
        if (uid.getRevision() != null && !"0".equals(uid.getRevision()) && !uid.getRevision().equals(oldUid.getRevision())) {
            throw new PreconditionFailedException("The revision is " + oldUid.getRevision() + " and not " + uid.getRevision());
        }
        int revision = oldUid.getRevision() == null ? 1 : Integer.parseInt(oldUid.getRevision());
        ConnectorObjectBuilder builder = new ConnectorObjectBuilder().add(old).setUid(new Uid(oldUid.getUidValue(), Integer.toString(revision + 1)));
        for (Attribute change : changes) {
            if (change.is(Name.NAME)) {
                builder.setName(AttributeUtil.getStringValue(change));
            } else if (!change.is(Uid.NAME)) {
                builder.addAttribute(changed(old.getAttributeByName(change.getName()), change, kind));
            }
        }
        ConnectorObject object = builder.build();
        store.replace(object);
        return object.getUid();
    }

    private static Attribute changed(Attribute old, Attribute change, Kind kind) {
        if (kind == Kind.REPLACE || change.getValue() == null) {
            return change;
        }
        List<Object> values = old == null || old.getValue() == null ? new ArrayList<>() : new ArrayList<>(old.getValue());
        if (kind == Kind.ADD) {
            change.getValue().stream().filter(value -> !values.contains(value)).forEach(values::add);
        } else {
            values.removeAll(change.getValue());
        }
        return AttributeBuilder.build(change.getName(), values);
    }
}
