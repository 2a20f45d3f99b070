package io.causeway.interop.connector;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.identityconnectors.framework.common.exceptions.AlreadyExistsException;
import org.identityconnectors.framework.common.exceptions.UnknownUidException;
import org.identityconnectors.framework.common.objects.ConnectorObject;
import org.identityconnectors.framework.common.objects.ObjectClass;
import org.identityconnectors.framework.common.objects.SyncDelta;
import org.identityconnectors.framework.common.objects.SyncDeltaBuilder;
import org.identityconnectors.framework.common.objects.SyncDeltaType;
import org.identityconnectors.framework.common.objects.SyncToken;
import org.identityconnectors.framework.common.objects.Uid;

/** The objects behind all connectors of one store name, with a change log. */
final class Store {
    private static final ConcurrentMap<String, Store> STORES = new ConcurrentHashMap<>();

    /** Told of each change, while the store is locked. */
    interface Listener {
        void changed(SyncDelta delta);
    }

    private final Map<ObjectClass, Map<String, ConnectorObject>> objects = new HashMap<>();
    private final List<SyncDelta> changes = new ArrayList<>();
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final AtomicInteger nextUid = new AtomicInteger(1);
    private final Map<String, Object> facts = new ConcurrentHashMap<>();

    private Store(TestConfiguration configuration) {
        Map<String, ConnectorObject> accounts = classOf(ObjectClass.ACCOUNT);
        for (int number = 0; number < configuration.getObjectCount(); number++) {
            ConnectorObject account = Samples.account(number, configuration.getPayloadLength());
            accounts.put(account.getUid().getUidValue(), account);
        }
        ConnectorObject typed = Samples.typed();
        classOf(Samples.TYPED).put(typed.getUid().getUidValue(), typed);
    }

    static Store of(TestConfiguration configuration) {
        return STORES.computeIfAbsent(configuration.getStore(), name -> new Store(configuration));
    }

    /** What operations note about themselves, for a script to ask. */
    Map<String, Object> facts() {
        return facts;
    }

    String newUid() {
        return "new-" + nextUid.getAndIncrement();
    }

    synchronized List<ConnectorObject> all(ObjectClass objectClass) {
        return List.copyOf(classOf(objectClass).values());
    }

    synchronized ConnectorObject get(ObjectClass objectClass, Uid uid) {
        ConnectorObject object = classOf(objectClass).get(uid.getUidValue());
        if (object == null) {
            throw new UnknownUidException(uid, objectClass);
        }
        return object;
    }

    synchronized void add(ConnectorObject object) {
        String name = object.getName().getNameValue();
        if (classOf(object.getObjectClass()).values().stream().anyMatch(other -> other.getName().getNameValue().equals(name))) {
            throw new AlreadyExistsException(name + " exists already");
        }
        classOf(object.getObjectClass()).put(object.getUid().getUidValue(), object);
        log(SyncDeltaType.CREATE, object.getObjectClass(), object.getUid(), object);
    }

    synchronized void replace(ConnectorObject object) {
        get(object.getObjectClass(), object.getUid());
        classOf(object.getObjectClass()).put(object.getUid().getUidValue(), object);
        log(SyncDeltaType.UPDATE, object.getObjectClass(), object.getUid(), object);
    }

    synchronized void remove(ObjectClass objectClass, Uid uid) {
        get(objectClass, uid);
        classOf(objectClass).remove(uid.getUidValue());
        log(SyncDeltaType.DELETE, objectClass, uid, null);
    }

    synchronized long latest() {
        return changes.size();
    }

    synchronized List<SyncDelta> changesAfter(long token) {
        return List.copyOf(changes.subList((int) Math.min(token, changes.size()), changes.size()));
    }

    void listen(Listener listener) {
        listeners.add(listener);
    }

    void unlisten(Listener listener) {
        listeners.remove(listener);
    }

    private Map<String, ConnectorObject> classOf(ObjectClass objectClass) {
        return objects.computeIfAbsent(objectClass, any -> new LinkedHashMap<>());
    }

    private void log(SyncDeltaType type, ObjectClass objectClass, Uid uid, ConnectorObject object) {
        SyncDeltaBuilder builder = new SyncDeltaBuilder();
        builder.setToken(new SyncToken((long) changes.size() + 1));
        builder.setDeltaType(type);
        builder.setObjectClass(objectClass);
        builder.setUid(uid);
        if (object != null) {
            builder.setObject(object);
        }
        SyncDelta delta = builder.build();
        changes.add(delta);
        listeners.forEach(listener -> listener.changed(delta));
    }
}
