package dev.microgpt.web;

import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.type.MethodMetadata;
import org.springframework.stereotype.Component;

import java.util.Set;

/// Leaves all that makes the OpenAPI document until it is asked for, since a start would load more than a thousand classes
/// for it, among them a second Jackson.
@Component
final class LazyOpenApi implements BeanFactoryPostProcessor {

    private static final String LIBRARY = "org.springdoc.";
    private static final Set<String> CONFIGURATIONS =
            Set.of(OpenApiConfiguration.class.getName(), OptionSchemas.class.getName());

    @Override
    public void postProcessBeanFactory(ConfigurableListableBeanFactory beans) {
        for (String name : beans.getBeanDefinitionNames()) {
            BeanDefinition bean = beans.getBeanDefinition(name);
            String declaring = declaringClass(bean);
            if (declaring.startsWith(LIBRARY) || CONFIGURATIONS.contains(declaring)) {
                bean.setLazyInit(true);
            }
        }
    }

    /// Returns the class with the method that makes a bean, or else the class of the bean.
    private static String declaringClass(BeanDefinition bean) {
        MethodMetadata method =
                bean instanceof AnnotatedBeanDefinition annotated
                        ? annotated.getFactoryMethodMetadata()
                        : null;
        if (method != null) {
            return method.getDeclaringClassName();
        }
        String name = bean.getBeanClassName();
        return name == null ? "" : name;
    }
}
