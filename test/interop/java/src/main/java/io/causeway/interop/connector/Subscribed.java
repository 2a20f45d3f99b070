package io.causeway.interop.connector;

import java.util.concurrent.atomic.AtomicBoolean;
import org.identityconnectors.framework.api.Observer;
import org.identityconnectors.framework.common.objects.ConnectorObject;
import org.identityconnectors.framework.common.objects.ObjectClass;
import org.identityconnectors.framework.common.objects.Subscription;
import org.identityconnectors.framework.common.objects.SyncDelta;
import org.identityconnectors.framework.common.objects.SyncToken;
import org.identityconnectors.framework.common.objects.filter.Filter;

/** A subscription to a store. Creating an account named {@code end-of-events} or {@code error-of-events} ends it so. */
final class Subscribed implements Subscription {
    private static final String END = "end-of-events";
    private static final String ERROR = "error-of-events";

    private final Store store;
    private final Store.Listener listener;
    private final AtomicBoolean open = new AtomicBoolean(true);

    private Subscribed(Store store, ObjectClass objectClass, Observer<?> observer, Store.Listener listener) {
        this.store = store;
        this.listener = delta -> {
            String name = delta.getObject() == null ? "" : delta.getObject().getName().getNameValue();
            if (!open.get() || !delta.getObjectClass().equals(objectClass)) {
                return;
            }
            if (END.equals(name)) {
                close();
                observer.onCompleted();
            } else if (ERROR.equals(name)) {
                close();
                observer.onError(new IllegalStateException("the subscription was told to fail"));
            } else {
                listener.changed(delta);
            }
        };
        store.listen(this.listener);
        store.facts().merge("subscriptions", 1, (count, one) -> (Integer) count + (Integer) one);
    }

    static Subscription objects(Store store, ObjectClass objectClass, Filter filter, Observer<ConnectorObject> observer) {
        return new Subscribed(store, objectClass, observer, delta -> {
            if (delta.getObject() != null && (filter == null || filter.accept(delta.getObject()))) {
                observer.onNext(delta.getObject());
            }
        });
    }

    static Subscription changes(Store store, ObjectClass objectClass, SyncToken token, Observer<SyncDelta> observer) {
        if (token != null) {
            store.changesAfter(((Number) token.getValue()).longValue()).stream().filter(delta -> delta.getObjectClass().equals(objectClass)).forEach(observer::onNext);
        }
        return new Subscribed(store, objectClass, observer, observer::onNext);
    }

    @Override
    public void close() {
        if (open.compareAndSet(true, false)) {
            store.unlisten(listener);
            store.facts().merge("subscriptions", -1, (count, one) -> (Integer) count + (Integer) one);
        }
    }

    @Override
    public boolean isUnsubscribed() {
        return !open.get();
    }

    @Override
    public Object getReturnValue() {
        return null;
    }
}
