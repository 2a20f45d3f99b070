package io.causeway.interop.connector;

import java.util.List;
import org.identityconnectors.framework.api.Observer;
import org.identityconnectors.framework.api.operations.batch.BatchEmptyResult;
import org.identityconnectors.framework.api.operations.batch.BatchTask;
import org.identityconnectors.framework.api.operations.batch.BatchTaskExecutor;
import org.identityconnectors.framework.api.operations.batch.CreateBatchTask;
import org.identityconnectors.framework.api.operations.batch.DeleteBatchTask;
import org.identityconnectors.framework.api.operations.batch.UpdateBatchTask;
import org.identityconnectors.framework.common.objects.BatchResult;
import org.identityconnectors.framework.common.objects.BatchToken;
import org.identityconnectors.framework.common.objects.Subscription;
import org.identityconnectors.framework.common.objects.Uid;

/** Runs tasks one after the other; a task that fails gives a result marked as an error, and the rest go on. */
final class Batch implements BatchTaskExecutor {
    private final TestConnector connector;
    private final Observer<BatchResult> observer;

    Batch(TestConnector connector, Observer<BatchResult> observer) {
        this.connector = connector;
        this.observer = observer;
    }

    @SuppressWarnings("rawtypes") // as the SPI has it
    Subscription run(List<BatchTask> tasks) {
        for (int i = 0; i < tasks.size(); i++) {
            Object result;
            boolean failed = false;
            try {
                result = tasks.get(i).execute(this);
            } catch (RuntimeException failure) {
                failed = true;
                result = new BatchEmptyResult(failure.getClass().getName() + ": " + failure.getMessage());
            }
            observer.onNext(new BatchResult(result, null, Integer.toString(i), i == tasks.size() - 1, failed));
        }
        observer.onCompleted();
        return done(new BatchToken());
    }

    /** A query answers one empty result for each token. */
    static Subscription query(BatchToken token, Observer<BatchResult> observer) {
        List<String> tokens = token.getTokens();
        for (int i = 0; i < tokens.size(); i++) {
            observer.onNext(new BatchResult(new BatchEmptyResult("queried " + tokens.get(i)), null, Integer.toString(i), i == tokens.size() - 1, false));
        }
        observer.onCompleted();
        return done(new BatchToken());
    }

    @Override
    public Uid execute(CreateBatchTask task) {
        return connector.create(task.getObjectClass(), task.getCreateAttributes(), task.getOptions());
    }

    @Override
    public BatchEmptyResult execute(DeleteBatchTask task) {
        connector.delete(task.getObjectClass(), task.getUid(), task.getOptions());
        return new BatchEmptyResult("deleted " + task.getUid().getUidValue());
    }

    @Override
    public Uid execute(UpdateBatchTask task) {
        return switch (task.getUpdateType()) {
            case UPDATE -> connector.update(task.getObjectClass(), task.getUid(), task.getAttributes(), task.getOptions());
            case ADDVALUES -> connector.addAttributeValues(task.getObjectClass(), task.getUid(), task.getAttributes(), task.getOptions());
            case REMOVEVALUES -> connector.removeAttributeValues(task.getObjectClass(), task.getUid(), task.getAttributes(), task.getOptions());
        };
    }

    private static Subscription done(BatchToken token) {
        return new Subscription() {
            @Override
            public void close() {
                // Nothing is left to stop.
            }

            @Override
            public boolean isUnsubscribed() {
                return true;
            }

            @Override
            public Object getReturnValue() {
                return token;
            }
        };
    }
}
