package io.causeway.interop.connector;

import io.causeway.interop.failure.Exceptions;
import java.io.File;
import java.net.URI;
import org.identityconnectors.common.script.Script;
import org.identityconnectors.common.security.GuardedByteArray;
import org.identityconnectors.common.security.GuardedString;
import org.identityconnectors.framework.common.exceptions.ConfigurationException;
import org.identityconnectors.framework.spi.AbstractConfiguration;
import org.identityconnectors.framework.spi.ConfigurationProperty;
import org.identityconnectors.framework.spi.operations.SearchOp;
import org.identityconnectors.framework.spi.operations.SyncOp;

/** Configuration with a property of every type the framework knows. */
public class TestConfiguration extends AbstractConfiguration {
    private String store = "default";
    private int objectCount = 100;
    private int payloadLength = 20;
    private long pauseMillis;
    private String failValidation;
    private String failTest;
    private GuardedString password = new GuardedString("Passw0rd".toCharArray());
    private GuardedByteArray keyBytes;
    private String[] texts = {"one", "two"};
    private char separator = ',';
    private Character optionalSeparator;
    private double ratio = 0.5;
    private Double optionalRatio;
    private float factor = 1.5f;
    private Long limit;
    private long[] limits = {};
    private Integer optionalCount;
    private boolean enabled = true;
    private Boolean optionalFlag;
    private URI location = URI.create("ldap://localhost:389/dc=example");
    private File directory;
    private Script script;
    private GuardedString[] secrets = {};

    @ConfigurationProperty(order = 1, required = true, displayMessageKey = "store.display", helpMessageKey = "store.help", groupMessageKey = "store.group")
    public String getStore() {
        return store;
    }

    public void setStore(String store) {
        this.store = store;
    }

    @ConfigurationProperty(order = 2, displayMessageKey = "objectCount.display", helpMessageKey = "objectCount.help", groupMessageKey = "objectCount.group")
    public int getObjectCount() {
        return objectCount;
    }

    public void setObjectCount(int objectCount) {
        this.objectCount = objectCount;
    }

    @ConfigurationProperty(order = 3, displayMessageKey = "payloadLength.display", helpMessageKey = "payloadLength.help", groupMessageKey = "payloadLength.group")
    public int getPayloadLength() {
        return payloadLength;
    }

    public void setPayloadLength(int payloadLength) {
        this.payloadLength = payloadLength;
    }

    @ConfigurationProperty(order = 4, operations = {SearchOp.class, SyncOp.class}, displayMessageKey = "pauseMillis.display", helpMessageKey = "pauseMillis.help",
            groupMessageKey = "pauseMillis.group")
    public long getPauseMillis() {
        return pauseMillis;
    }

    public void setPauseMillis(long pauseMillis) {
        this.pauseMillis = pauseMillis;
    }

    @ConfigurationProperty(order = 5, displayMessageKey = "failValidation.display", helpMessageKey = "failValidation.help", groupMessageKey = "failValidation.group")
    public String getFailValidation() {
        return failValidation;
    }

    public void setFailValidation(String failValidation) {
        this.failValidation = failValidation;
    }

    @ConfigurationProperty(order = 6, displayMessageKey = "failTest.display", helpMessageKey = "failTest.help", groupMessageKey = "failTest.group")
    public String getFailTest() {
        return failTest;
    }

    public void setFailTest(String failTest) {
        this.failTest = failTest;
    }

    @ConfigurationProperty(order = 7, confidential = true)
    public GuardedString getPassword() {
        return password;
    }

    public void setPassword(GuardedString password) {
        this.password = password;
    }

    @ConfigurationProperty(order = 8, confidential = true)
    public GuardedByteArray getKeyBytes() {
        return keyBytes;
    }

    public void setKeyBytes(GuardedByteArray keyBytes) {
        this.keyBytes = keyBytes;
    }

    @ConfigurationProperty(order = 9)
    public String[] getTexts() {
        return texts;
    }

    public void setTexts(String[] texts) {
        this.texts = texts;
    }

    @ConfigurationProperty(order = 10)
    public char getSeparator() {
        return separator;
    }

    public void setSeparator(char separator) {
        this.separator = separator;
    }

    @ConfigurationProperty(order = 11)
    public Character getOptionalSeparator() {
        return optionalSeparator;
    }

    public void setOptionalSeparator(Character optionalSeparator) {
        this.optionalSeparator = optionalSeparator;
    }

    @ConfigurationProperty(order = 12)
    public double getRatio() {
        return ratio;
    }

    public void setRatio(double ratio) {
        this.ratio = ratio;
    }

    @ConfigurationProperty(order = 13)
    public Double getOptionalRatio() {
        return optionalRatio;
    }

    public void setOptionalRatio(Double optionalRatio) {
        this.optionalRatio = optionalRatio;
    }

    @ConfigurationProperty(order = 14)
    public float getFactor() {
        return factor;
    }

    public void setFactor(float factor) {
        this.factor = factor;
    }

    @ConfigurationProperty(order = 15)
    public Long getLimit() {
        return limit;
    }

    public void setLimit(Long limit) {
        this.limit = limit;
    }

    @ConfigurationProperty(order = 16)
    public long[] getLimits() {
        return limits;
    }

    public void setLimits(long[] limits) {
        this.limits = limits;
    }

    @ConfigurationProperty(order = 17)
    public Integer getOptionalCount() {
        return optionalCount;
    }

    public void setOptionalCount(Integer optionalCount) {
        this.optionalCount = optionalCount;
    }

    @ConfigurationProperty(order = 18)
    public boolean isEnabled() {
        return enabled;
    }

    public void setEnabled(boolean enabled) {
        this.enabled = enabled;
    }

    @ConfigurationProperty(order = 19)
    public Boolean getOptionalFlag() {
        return optionalFlag;
    }

    public void setOptionalFlag(Boolean optionalFlag) {
        this.optionalFlag = optionalFlag;
    }

    @ConfigurationProperty(order = 20)
    public URI getLocation() {
        return location;
    }

    public void setLocation(URI location) {
        this.location = location;
    }

    @ConfigurationProperty(order = 21)
    public File getDirectory() {
        return directory;
    }

    public void setDirectory(File directory) {
        this.directory = directory;
    }

    @ConfigurationProperty(order = 22)
    public Script getScript() {
        return script;
    }

    public void setScript(Script script) {
        this.script = script;
    }

    @ConfigurationProperty(order = 23, confidential = true)
    public GuardedString[] getSecrets() {
        return secrets;
    }

    public void setSecrets(GuardedString[] secrets) {
        this.secrets = secrets;
    }

    /** Changes a property without being asked and announces it, as a connector that renews a credential does. */
    void changeItself() {
        texts = new String[] {"changed"};
        notifyConfigurationUpdate();
    }

    @Override
    public void validate() {
        if (failValidation != null) {
            throw Exceptions.of(failValidation, "validate was told to fail");
        }
        if (objectCount < 0) {
            throw new ConfigurationException("objectCount is negative: " + objectCount);
        }
    }
}
