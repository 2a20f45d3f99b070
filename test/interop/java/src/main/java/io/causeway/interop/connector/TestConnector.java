package io.causeway.interop.connector;

import io.causeway.interop.failure.Exceptions;
import java.util.List;
import java.util.Set;
import org.identityconnectors.common.security.GuardedString;
import org.identityconnectors.framework.api.Observer;
import org.identityconnectors.framework.api.operations.batch.BatchTask;
import org.identityconnectors.framework.common.exceptions.InvalidCredentialException;
import org.identityconnectors.framework.common.exceptions.InvalidPasswordException;
import org.identityconnectors.framework.common.objects.Attribute;
import org.identityconnectors.framework.common.objects.BatchResult;
import org.identityconnectors.framework.common.objects.BatchToken;
import org.identityconnectors.framework.common.objects.ConnectorObject;
import org.identityconnectors.framework.common.objects.ObjectClass;
import org.identityconnectors.framework.common.objects.OperationOptions;
import org.identityconnectors.framework.common.objects.OperationalAttributes;
import org.identityconnectors.framework.common.objects.ResultsHandler;
import org.identityconnectors.framework.common.objects.Schema;
import org.identityconnectors.framework.common.objects.ScriptContext;
import org.identityconnectors.framework.common.objects.Subscription;
import org.identityconnectors.framework.common.objects.SyncDelta;
import org.identityconnectors.framework.common.objects.SyncResultsHandler;
import org.identityconnectors.framework.common.objects.SyncToken;
import org.identityconnectors.framework.common.objects.Uid;
import org.identityconnectors.framework.common.objects.filter.Filter;
import org.identityconnectors.framework.common.objects.filter.FilterTranslator;
import org.identityconnectors.framework.spi.Configuration;
import org.identityconnectors.framework.spi.Connector;
import org.identityconnectors.framework.spi.ConnectorClass;
import org.identityconnectors.framework.spi.operations.AuthenticateOp;
import org.identityconnectors.framework.spi.operations.BatchOp;
import org.identityconnectors.framework.spi.operations.ConnectorEventSubscriptionOp;
import org.identityconnectors.framework.spi.operations.CreateOp;
import org.identityconnectors.framework.spi.operations.DeleteOp;
import org.identityconnectors.framework.spi.operations.ResolveUsernameOp;
import org.identityconnectors.framework.spi.operations.SchemaOp;
import org.identityconnectors.framework.spi.operations.ScriptOnConnectorOp;
import org.identityconnectors.framework.spi.operations.ScriptOnResourceOp;
import org.identityconnectors.framework.spi.operations.SearchOp;
import org.identityconnectors.framework.spi.operations.SyncEventSubscriptionOp;
import org.identityconnectors.framework.spi.operations.SyncOp;
import org.identityconnectors.framework.spi.operations.TestOp;
import org.identityconnectors.framework.spi.operations.UpdateAttributeValuesOp;

/**
 * Every SPI operation over objects in memory. Anything named {@code throw:CLASS}, an object class, a uid or a user name,
 * makes the operation throw that exception.
 */
@ConnectorClass(configurationClass = TestConfiguration.class, displayNameKey = "connector.display")
public class TestConnector implements Connector, AuthenticateOp, BatchOp, ConnectorEventSubscriptionOp, CreateOp, DeleteOp, ResolveUsernameOp, SchemaOp,
        ScriptOnConnectorOp, ScriptOnResourceOp, SearchOp<Filter>, SyncEventSubscriptionOp, SyncOp, TestOp, UpdateAttributeValuesOp {
    private static final String THROW = "throw:";

    private TestConfiguration configuration;
    private Store store;

    @Override
    public Configuration getConfiguration() {
        return configuration;
    }

    @Override
    public void init(Configuration given) {
        configuration = (TestConfiguration) given;
        store = Store.of(configuration);
    }

    @Override
    public void dispose() {
        store = null;
    }

    @Override
    public void test() {
        if (configuration.getFailTest() != null) {
            throw Exceptions.of(configuration.getFailTest(), "test was told to fail");
        }
    }

    @Override
    public Schema schema() {
        return Schemas.schema();
    }

    @Override
    public Uid create(ObjectClass objectClass, Set<Attribute> attributes, OperationOptions options) {
        failIfTold(objectClass.getObjectClassValue());
        return Changes.create(store, objectClass, attributes);
    }

    @Override
    public Uid update(ObjectClass objectClass, Uid uid, Set<Attribute> attributes, OperationOptions options) {
        failIfTold(objectClass.getObjectClassValue(), uid.getUidValue());
        return Changes.update(store, objectClass, uid, attributes, Changes.Kind.REPLACE);
    }

    @Override
    public Uid addAttributeValues(ObjectClass objectClass, Uid uid, Set<Attribute> attributes, OperationOptions options) {
        failIfTold(objectClass.getObjectClassValue(), uid.getUidValue());
        return Changes.update(store, objectClass, uid, attributes, Changes.Kind.ADD);
    }

    @Override
    public Uid removeAttributeValues(ObjectClass objectClass, Uid uid, Set<Attribute> attributes, OperationOptions options) {
        failIfTold(objectClass.getObjectClassValue(), uid.getUidValue());
        return Changes.update(store, objectClass, uid, attributes, Changes.Kind.REMOVE);
    }

    @Override
    public void delete(ObjectClass objectClass, Uid uid, OperationOptions options) {
        failIfTold(objectClass.getObjectClassValue(), uid.getUidValue());
        store.remove(objectClass, uid);
    }

    @Override
    public FilterTranslator<Filter> createFilterTranslator(ObjectClass objectClass, OperationOptions options) {
        return filter -> filter == null ? List.of() : List.of(filter);
    }

    @Override
    public void executeQuery(ObjectClass objectClass, Filter filter, ResultsHandler handler, OperationOptions options) {
        failIfTold(objectClass.getObjectClassValue());
        new Query(configuration, store, options).run(objectClass, filter, handler);
    }

    @Override
    public void sync(ObjectClass objectClass, SyncToken token, SyncResultsHandler handler, OperationOptions options) {
        failIfTold(objectClass.getObjectClassValue());
        new Query(configuration, store, options).sync(objectClass, token, handler);
    }

    @Override
    public SyncToken getLatestSyncToken(ObjectClass objectClass) {
        failIfTold(objectClass.getObjectClassValue());
        return new SyncToken(store.latest());
    }

    @Override
    public Uid authenticate(ObjectClass objectClass, String username, GuardedString password, OperationOptions options) {
        failIfTold(objectClass.getObjectClassValue(), username);
        ConnectorObject object = named(objectClass, username);
        Attribute known = object.getAttributeByName(OperationalAttributes.PASSWORD_NAME);
        if (known == null || !known.getValue().get(0).equals(password)) {
            throw new InvalidPasswordException("Wrong password of " + username);
        }
        return object.getUid();
    }

    @Override
    public Uid resolveUsername(ObjectClass objectClass, String username, OperationOptions options) {
        failIfTold(objectClass.getObjectClassValue(), username);
        return named(objectClass, username).getUid();
    }

    private ConnectorObject named(ObjectClass objectClass, String name) {
        return store.all(objectClass).stream().filter(object -> object.getName().getNameValue().equals(name)).findFirst()
                .orElseThrow(() -> new InvalidCredentialException("Nobody is named " + name));
    }

    @Override
    public Object runScriptOnConnector(ScriptContext request, OperationOptions options) {
        return Scripts.run("connector", request, configuration, store, options);
    }

    @Override
    public Object runScriptOnResource(ScriptContext request, OperationOptions options) {
        return Scripts.run("resource", request, configuration, store, options);
    }

    @Override
    @SuppressWarnings("rawtypes") // as the interface has it
    public Subscription executeBatch(List<BatchTask> tasks, Observer<BatchResult> observer, OperationOptions options) {
        return new Batch(this, observer).run(tasks);
    }

    @Override
    public Subscription queryBatch(BatchToken token, Observer<BatchResult> observer, OperationOptions options) {
        return Batch.query(token, observer);
    }

    @Override
    public Subscription subscribe(ObjectClass objectClass, Filter eventFilter, Observer<ConnectorObject> observer, OperationOptions options) {
        failIfTold(objectClass.getObjectClassValue());
        return Subscribed.objects(store, objectClass, eventFilter, observer);
    }

    @Override
    public Subscription subscribe(ObjectClass objectClass, SyncToken token, Observer<SyncDelta> observer, OperationOptions options) {
        failIfTold(objectClass.getObjectClassValue());
        return Subscribed.changes(store, objectClass, token, observer);
    }

    static void failIfTold(String... names) {
        for (String name : names) {
            if (name.startsWith(THROW)) {
                throw Exceptions.of(name.substring(THROW.length()), "the connector was told to throw this");
            }
        }
    }
}
